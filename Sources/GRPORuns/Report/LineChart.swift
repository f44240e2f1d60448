/// A chart of one quantity over steps: every step as a faint point, their moving mean as a line; or a
/// line with a band.
struct LineChart {
    struct Series {
        var name: String
        /// Index into the palette of ``ChartStyle``.
        var color: Int
        var points: [(x: Double, y: Double)]
        /// What is known of the line: a lighter area around it.
        var band: [(x: Double, low: Double, high: Double)] = []
        /// Solid, dashed or dotted: for more lines than there are colours.
        var dash = 0
        /// Whether the points are drawn beside their moving mean; else they are the line.
        var showsPoints = true
    }

    /// A labelled vertical line, where a stage begins.
    struct Divider {
        var x: Double
        var label: String
    }

    var title: String
    /// What the quantity is, in smaller letters after the title.
    var note: String?
    var series: [Series]
    var dividers: [Divider] = []
    var width = 460.0
    var height = 250.0

    private static let left = 56.0, right = 12.0, top = 34.0, bottom = 36.0

    /// The steps that one point of the line averages: a twentieth of the curve, odd.
    var window: Int {
        let longest = series.map(\.points.count).max() ?? 0
        return longest < 10 ? 1 : (longest / 20) * 2 + 1
    }

    /// The mean over equally many steps on either side, half a window where there are as many: a
    /// curve starts and ends at its own points.
    static func smoothed(_ points: [(x: Double, y: Double)], window: Int)
        -> [(x: Double, y: Double)]
    {
        let half = window / 2
        return points.indices.map { index in
            let reach = min(half, index, points.count - 1 - index)
            let near = points[index - reach...index + reach]
            return (points[index].x, near.map(\.y).reduce(0, +) / Double(near.count))
        }
    }

    /// A group of SVG elements whose corner is at (`x`, `y`).
    func svgGroup(x: Double = 0, y: Double = 0) -> String {
        let all = series.flatMap(\.points)
        let xs = all.map(\.x) + dividers.map(\.x)
        let xRange = (xs.min() ?? 0)...max(xs.max() ?? 1, (xs.min() ?? 0) + 1)
        let yRange = AxisTicks.range(
            of: all.map(\.y) + series.flatMap(\.band).flatMap { [$0.low, $0.high] })
        let plotWidth = width - Self.left - Self.right
        let plotHeight = height - Self.top - Self.bottom
        func px(_ value: Double) -> String {
            let share = (value - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
            return Self.coordinate(Self.left + share * plotWidth)
        }
        func py(_ value: Double) -> String {
            let share = (value - yRange.lowerBound) / (yRange.upperBound - yRange.lowerBound)
            return Self.coordinate(Self.top + (1 - share) * plotHeight)
        }
        let floor = py(yRange.lowerBound), ceiling = py(yRange.upperBound)
        let xEnd = Self.coordinate(width - Self.right)
        var parts = ["<g transform=\"translate(\(Self.coordinate(x)) \(Self.coordinate(y)))\">"]
        parts += heading
        for tick in AxisTicks(yRange, count: 5).values {
            let height = py(tick)
            parts.append(
                "<path class=\"grid\" d=\"M\(Self.coordinate(Self.left)) \(height)H\(xEnd)\"/>")
            parts.append(
                Self.text(
                    ShortNumber.text(tick), x: Self.coordinate(Self.left - 6), y: height,
                    class: "tick right"))
        }
        for tick in AxisTicks(xRange, count: 6, whole: true).values {
            parts.append(
                Self.text(
                    ShortNumber.text(tick), x: px(tick), y: Self.coordinate(height - 20),
                    class: "tick middle"))
        }
        for divider in dividers {
            parts.append("<path class=\"divider\" d=\"M\(px(divider.x)) \(ceiling)V\(floor)\"/>")
            parts.append(
                Self.text(
                    divider.label, x: px(divider.x), y: Self.coordinate(Self.top - 5),
                    class: "tick"))
        }
        parts.append(
            "<path class=\"axis\" d=\"M\(Self.coordinate(Self.left)) \(ceiling)V\(floor)H\(xEnd)\"/>"
        )
        parts.append(
            Self.text(
                "step", x: Self.coordinate(Self.left + plotWidth / 2),
                y: Self.coordinate(height - 5), class: "tick middle"))
        for one in series where !one.band.isEmpty {
            let edge =
                one.band.map { "\(px($0.x)) \(py($0.low))" }
                + one.band.reversed().map { "\(px($0.x)) \(py($0.high))" }
            parts.append(
                "<path class=\"band c\(one.color)\" d=\"M\(edge.joined(separator: "L"))Z\"/>")
        }
        for one in series {
            let line =
                one.showsPoints ? Self.smoothed(one.points, window: window) : one.points
            let path = line.map { "\(px($0.x)) \(py($0.y))" }
            let name = "<title>\(HTMLText.escaped(one.name))</title>"
            if one.showsPoints {
                let dots = one.points.map { "M\(px($0.x)) \(py($0.y))h0" }.joined()
                parts.append("<path class=\"dots c\(one.color)\" d=\"\(dots)\">\(name)</path>")
            }
            if path.count > 1 {
                let dash = one.dash > 0 ? " dash\(one.dash)" : ""
                parts.append(
                    "<path class=\"line c\(one.color)\(dash)\" "
                        + "d=\"M\(path.joined(separator: "L"))\">\(name)</path>")
            }
        }
        parts.append("</g>")
        return parts.joined(separator: "\n")
    }

    /// The title and its note, in smaller letters where they would run out of the picture.
    private var heading: [String] {
        // A bold letter of 13 units is 7.4 wide on average, a plain one of 11 units 5.8.
        let room = width - Self.left - Self.right
        let needed = 7.4 * Double(title.count) + (note.map { 5.8 * Double($0.count + 3) } ?? 0)
        let size =
            needed > room ? " style=\"font-size: \(Self.coordinate(13 * room / needed))px\"" : ""
        let small = note.map { note in
            let size = needed > room ? 11 * room / needed : 11
            return "<tspan style=\"font-size: \(Self.coordinate(size))px; font-weight: 400\">"
                + " (\(HTMLText.escaped(note)))</tspan>"
        }
        return [
            "<text x=\"\(Self.coordinate(Self.left))\" y=\"16\" class=\"title\"\(size)>"
                + "\(HTMLText.escaped(title))\(small ?? "")</text>"
        ]
    }

    /// An SVG element of its own for a page, which brings the style.
    var svg: String {
        let size = "\(Self.coordinate(width)) \(Self.coordinate(height))"
        return """
            <svg viewBox="0 0 \(size)" role="img" aria-label="\(HTMLText.escaped(title))">
            \(svgGroup())
            </svg>
            """
    }

    static func text(_ text: String, x: String, y: String, class style: String) -> String {
        "<text x=\"\(x)\" y=\"\(y)\" class=\"\(style)\">\(HTMLText.escaped(text))</text>"
    }

    /// Hundredths of a unit are enough for any screen.
    static func coordinate(_ value: Double) -> String {
        let hundredths = (value * 100).rounded() / 100
        return hundredths == hundredths.rounded() ? String(Int(hundredths)) : String(hundredths)
    }
}

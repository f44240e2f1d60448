/// The differences to the reference with their intervals, one arm below the other: what does not cross
/// the line at 0 is a difference.
struct DifferenceChart {
    let rows: [StudyTable.Row]
    let reference: String

    private static let left = 170.0, right = 20.0, top = 34.0, line = 24.0, width = 940.0

    init(_ table: StudyTable) {
        rows = table.rows.filter { $0.difference != nil }
        reference = table.reference.name
    }

    /// An SVG element for a page, which brings the style; nil where nothing was compared.
    var svg: String? {
        guard !rows.isEmpty else { return nil }
        let ends = rows.flatMap { row -> [Double] in
            guard let difference = row.difference else { return [] }
            return [
                difference.mean, difference.interval?.lowerBound ?? difference.mean,
                difference.interval?.upperBound ?? difference.mean,
            ]
        }
        // Beyond ± 1 there is no difference of shares.
        let low = max(-1, min(0, ends.min() ?? 0)), high = min(1, max(0, ends.max() ?? 0))
        let margin = max(0.01, (high - low) * 0.06)
        let range = low - margin...high + margin
        func x(_ value: Double) -> String {
            let bounded = min(max(value, range.lowerBound), range.upperBound)
            let share = (bounded - range.lowerBound) / (range.upperBound - range.lowerBound)
            return LineChart.coordinate(Self.left + share * (Self.width - Self.left - Self.right))
        }
        let bottom = Self.top + Self.line * Double(rows.count)
        let title = "pass@1 less that of \(reference), with 95% intervals"
        var parts = [
            "<text x=\"\(LineChart.coordinate(Self.left))\" y=\"16\" class=\"title\">"
                + "\(HTMLText.escaped(title, keepingNewlines: false))</text>"
        ]
        for tick in AxisTicks(range, count: 8).values {
            parts.append(
                "<path class=\"grid\" d=\"M\(x(tick)) \(LineChart.coordinate(Self.top))"
                    + "V\(LineChart.coordinate(bottom))\"/>")
            parts.append(
                LineChart.text(
                    ShortNumber.text(tick), x: x(tick), y: LineChart.coordinate(bottom + 16),
                    class: "tick middle"))
        }
        parts.append(
            "<path class=\"axis\" d=\"M\(x(0)) \(LineChart.coordinate(Self.top))"
                + "V\(LineChart.coordinate(bottom))\"/>")
        for (index, row) in rows.enumerated() {
            guard let difference = row.difference else { continue }
            let y = LineChart.coordinate(Self.top + Self.line * (Double(index) + 0.5))
            let color = row.verdict == .better ? 2 : row.verdict == .worse ? 1 : 0
            parts.append(
                LineChart.text(
                    row.name, x: LineChart.coordinate(Self.left - 10), y: y, class: "right"))
            if let interval = difference.interval {
                parts.append(
                    "<path class=\"line c\(color)\" "
                        + "d=\"M\(x(interval.lowerBound)) \(y)H\(x(interval.upperBound))\"/>")
            }
            parts.append(
                "<path class=\"mark c\(color)\" d=\"M\(x(difference.mean)) \(y)h0\"/>")
        }
        let size = "\(LineChart.coordinate(Self.width)) \(LineChart.coordinate(bottom + 24))"
        return """
            <svg viewBox="0 0 \(size)" role="img" aria-label="\(HTMLText.escaped(title))">
            \(parts.joined(separator: "\n"))
            </svg>
            """
    }
}

/// One picture of a run that stands alone: reward and length beside each other.
package enum ReportPicture {
    /// An SVG document; nil where the run recorded neither.
    ///
    /// - Parameter keys: the quantities to draw, from left to right.
    package static func svg(
        _ runs: [ReportData.Run], keys: [String] = ["reward", "completions/mean_length"]
    ) -> String? {
        let curves = ReportCurves(runs: runs)
        let charts = keys.compactMap(curves.chart)
        guard let first = charts.first else { return nil }
        let named = runs.count > 1
        let width = first.width * Double(charts.count)
        let height = first.height + (named ? 38 : 20)
        var parts = charts.enumerated().map { index, chart in
            chart.svgGroup(x: first.width * Double(index))
        }
        parts.append(
            LineChart.text(
                "points: every step; lines: "
                    + (first.window > 1 ? "mean of \(first.window) neighbouring steps" : "joined"),
                x: "56", y: LineChart.coordinate(first.height + 12), class: "tick"))
        if named {
            for (index, run) in runs.enumerated() {
                let x = LineChart.coordinate(56 + 150 * Double(index))
                let y = LineChart.coordinate(first.height + 30)
                parts.append(
                    "<path class=\"line c\(index % ChartStyle.colorCount)\" d=\"M\(x) \(y)h16\"/>")
                parts.append(
                    LineChart.text(
                        run.name, x: LineChart.coordinate(76 + 150 * Double(index)), y: y,
                        class: "tick"))
            }
        }
        let size = "\(LineChart.coordinate(width)) \(LineChart.coordinate(height))"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)">
            <style>
            \(ChartStyle.css)
            </style>
            \(parts.joined(separator: "\n"))
            </svg>

            """
    }
}

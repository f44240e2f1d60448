import GRPOJSON
import GRPOTraining

/// `report.html`: one page that needs nothing else, no script and no network.
package enum ReportPage {
    package static func html(_ data: ReportData) -> String {
        HTMLPage.text(
            title: data.title,
            body: """
                \(legend(data.runs))
                \(evaluations(data.runs))
                \(samples(data.runs))
                \(curves(data.runs))
                \(data.runs.map { completions($0, named: data.runs.count > 1) }.joined(separator: "\n"))
                \(data.runs.map { settings($0, named: data.runs.count > 1) }.joined(separator: "\n"))
                """)
    }

    private static func legend(_ runs: [ReportData.Run]) -> String {
        guard runs.count > 1 else { return "" }
        let keys = runs.enumerated().map { index, run in
            "<span class=\"key c\(index % ChartStyle.colorCount)\"></span>"
                + HTMLText.escaped(run.name, keepingNewlines: false)
        }
        return "<p>\(keys.joined())</p>"
    }

    private static func evaluations(_ runs: [ReportData.Run]) -> String {
        guard runs.contains(where: { !$0.evaluations.isEmpty }) else { return "" }
        let several = runs.count > 1
        let header = (several ? ["run"] : []) + EvaluationResult.header
        let rows = runs.flatMap { run in
            run.evaluations.map { row($0.cells, first: several ? run.name : nil, tag: "td") }
        }
        let conditions = Set(
            runs.flatMap(\.evaluations).map {
                "\($0.problems) problems, \($0.samples) samples each at temperature "
                    + ShortNumber.text($0.temperature)
            })
        let sampling = conditions.count == 1 ? conditions.first! + "; " : ""
        let caution = EvaluationResult.caution(runs.flatMap(\.evaluations)).map { " " + $0 } ?? ""
        return """
            <h2>Before and after</h2>
            <div class="wide"><table>
            \(row(header, first: nil, tag: "th"))
            \(rows.joined(separator: "\n"))
            </table></div>
            <p class="faint">\(sampling)greedy is one completion at temperature 0; length in
            tokens.\(caution)</p>
            """
    }

    private static func samples(_ runs: [ReportData.Run]) -> String {
        guard runs.contains(where: { !$0.samples.isEmpty }) else { return "" }
        let several = runs.count > 1
        let header =
            (several ? ["run"] : []) + ["stage", "problems", "completions", "kept", "dropped"]
        let rows = runs.flatMap { run in
            run.samples.map { samples in
                let counts = samples.counts
                return row(
                    [
                        samples.stage, "\(counts.prompts)", "\(counts.completions)",
                        "\(counts.kept)", counts.reasons,
                    ], first: several ? run.name : nil, tag: "td")
            }
        }
        return """
            <h2>Samples</h2>
            <div class="wide"><table>
            \(row(header, first: nil, tag: "th"))
            \(rows.joined(separator: "\n"))
            </table></div>
            """
    }

    private static func row(_ cells: [String], first: String?, tag: String) -> String {
        HTMLPage.row((first.map { [$0] } ?? []) + cells, tag: tag)
    }

    private static func curves(_ runs: [ReportData.Run]) -> String {
        let curves = ReportCurves(runs: runs)
        let charts = curves.charts
        guard !charts.isEmpty else { return "" }
        let flat = curves.flatKeys.map { HTMLText.escaped($0, keepingNewlines: false) }
        let rest =
            flat.isEmpty ? "" : " 0 at every step, not drawn: \(flat.joined(separator: ", "))."
        return """
            <h2>Curves</h2>
            <p class="faint">Points: every step as recorded. \(smoothing(charts))\(rest)</p>
            <div class="charts">
            \(charts.map(\.svg).joined(separator: "\n"))
            </div>
            """
    }

    /// What the lines of the charts are.
    static func smoothing(_ charts: [LineChart]) -> String {
        let windows = Set(charts.map(\.window)).sorted()
        guard let least = windows.first, let most = windows.last, most > 1 else {
            return "Lines: the same, joined."
        }
        let span = least == most ? "\(most)" : least == 1 ? "up to \(most)" : "\(least) to \(most)"
        return "Lines: smoothed, the mean of \(span) neighbouring steps."
    }

    private static func completions(_ run: ReportData.Run, named: Bool) -> String {
        guard !run.completions.isEmpty else { return "" }
        let cards = run.completions.map { one in
            let reward = one.reward.map { ", reward \(ShortNumber.text($0))" } ?? ""
            let advantage = one.advantage.map { ", advantage \(ShortNumber.text($0))" } ?? ""
            return """
                <div class="completion">
                <div class="faint">\(HTMLText.escaped(one.stage)), step \(one.step)\(reward)\(advantage)</div>
                <pre class="prompt">\(HTMLText.escaped(one.prompt))</pre>
                <pre>\(HTMLText.escaped(one.text))</pre>
                </div>
                """
        }
        return """
            <h2>Completions\(named ? ": " + HTMLText.escaped(run.name) : "")</h2>
            \(cards.joined(separator: "\n"))
            """
    }

    private static func settings(_ run: ReportData.Run, named: Bool) -> String {
        let facts = run.environment.map { member in
            let text = member.value.string ?? member.value.text
            return row([member.key, text], first: nil, tag: "td")
        }
        let environment =
            facts.isEmpty
            ? "" : "<div class=\"wide\"><table>\n\(facts.joined(separator: "\n"))\n</table></div>"
        let recipe =
            run.recipe.isEmpty
            ? ""
            : "<details><summary>Recipe, resolved</summary>\n<pre>"
                + "\(HTMLText.escaped(run.recipe))</pre></details>"
        guard !(environment.isEmpty && recipe.isEmpty) else { return "" }
        return """
            <h2>Recipe and environment\(named ? ": " + HTMLText.escaped(run.name) : "")</h2>
            \(recipe)
            \(environment)
            """
    }
}

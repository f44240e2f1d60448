import GRPOJSON
import GRPOTraining

/// `report.html` of a study: the ranking, the table, the differences, the curves.
package enum StudyPage {
    package static func html(
        _ table: StudyTable, _ plan: StudyPlan, _ measurements: [StudyMeasurement]
    ) -> String {
        HTMLPage.text(
            title: table.study,
            body: """
                \(ranking(table))
                \(rows(table))
                \(DifferenceChart(table).svg ?? "")
                \(curves(StudyCurves(table, measurements)))
                \(seeds(measurements))
                \(settings(plan))
                """)
    }

    private static func escaped(_ text: String) -> String {
        HTMLText.escaped(text, keepingNewlines: false)
    }

    private static func ranking(_ table: StudyTable) -> String {
        "<ul>\n"
            + table.ranking.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n") + "\n</ul>"
    }

    private static func rows(_ table: StudyTable) -> String {
        """
        <h2>Arms</h2>
        <div class="wide"><table>
        \(HTMLPage.row(StudyTable.header, tag: "th"))
        \(table.rows.map { HTMLPage.row(table.cells($0), tag: "td") }.joined(separator: "\n"))
        </table></div>
        <p class="faint">\(escaped(table.judge)). The verifier is the task's own and no reward. pass@1:
        mean over seeds of the share of right samples; greedy: one completion at temperature 0.
        Intervals of 95% are Student's over seeds; a difference is taken seed by seed, where both arms
        had the same problems and the same random numbers. p: two-sided paired t test, corrected by
        Holm for all comparisons of this table. Detectable: the true difference that as many seeds find
        4 times in 5, were its deviation the one observed, at the level that Holm's correction leaves
        them: 5% over the comparisons that the others, as they came out, leave at their step. Hack
        gap: the share of rollouts that the arm's rewards take for right less the share that are
        right, over the last steps of training (a tenth, at least 5). Training: the mean time that a seed's own stages took,
        in their process.</p>
        """
    }

    private static func curves(_ curves: StudyCurves) -> String {
        let charts = curves.charts
        guard !charts.isEmpty else { return "" }
        let keys = curves.arms.enumerated().map { index, arm in
            let (color, dash) = StudyCurves.style(of: index)
            let style = ["", " (dashed)", " (dotted)"][dash]
            return "<span class=\"key c\(color)\"></span>\(escaped(arm.name))\(style)"
        }
        return """
            <h2>Curves</h2>
            <p>\(keys.joined())</p>
            <p class="faint">Lines: the mean over seeds of their smoothed curves. Bands: the 95%
            interval of that mean, Student's over seeds.</p>
            <div class="charts">
            \(charts.map(\.svg).joined(separator: "\n"))
            </div>
            """
    }

    private static func seeds(_ measurements: [StudyMeasurement]) -> String {
        let header = ["arm", "seed", "pass@1", "95% interval", "greedy", "format", "length"]
        let rows = measurements.map { one in
            let result = one.evaluation
            return HTMLPage.row(
                [
                    one.arm, "\(one.seed)", ShortNumber.fixed(result.passAt1),
                    EvaluationResult.bounds(result.passAt1Interval),
                    ShortNumber.fixed(result.passAt1Greedy), ShortNumber.fixed(result.format),
                    ShortNumber.fixed(result.meanLength, decimals: 1),
                ], tag: "td")
        }
        return """
            <details><summary>Every run; here the intervals are over problems</summary>
            <div class="wide"><table>
            \(HTMLPage.row(header, tag: "th"))
            \(rows.joined(separator: "\n"))
            </table></div>
            </details>
            """
    }

    /// What the arms change, and the reference's recipe.
    private static func settings(_ plan: StudyPlan) -> String {
        let rows = plan.study.arms.map { arm in
            HTMLPage.row([arm.name, changes(arm)], tag: "td")
        }
        let recipe = plan.jobs.first.map { ResolvedRecipe.text(of: $0.recipe) } ?? ""
        return """
            <h2>Settings</h2>
            <div class="wide"><table>
            \(rows.joined(separator: "\n"))
            </table></div>
            <details><summary>The reference's recipe, resolved</summary>
            <pre>\(HTMLText.escaped(recipe))</pre></details>
            """
    }

    private static func changes(_ arm: StudyArm) -> String {
        if let control = arm.control { return control.meaning }
        let changes = arm.settings.map { "\($0.key): \($0.value.inlineText)" }
        return changes.isEmpty ? "the base as it is" : changes.joined(separator: "; ")
    }
}

extension RecipeNode {
    /// On one line, as YAML's flow style has it.
    fileprivate var inlineText: String {
        switch content {
        case .scalar(let text, let quoted): quoted ? "\"\(text)\"" : text
        case .sequence(let elements):
            "[" + elements.map(\.inlineElement).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key): \($0.value.inlineText)" }.joined(separator: ", ") + "}"
        }
    }

    /// A kind with its options stands in a list without braces of its own.
    private var inlineElement: String {
        guard let entries, entries.count == 1 else { return inlineText }
        return "\(entries[0].key): \(entries[0].value.inlineText)"
    }
}

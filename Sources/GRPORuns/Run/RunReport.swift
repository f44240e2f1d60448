import Foundation
import GRPOTraining

/// What a finished run says: a page of its own, and some lines for the terminal.
package enum RunReport {
    /// Writes `report.html`.
    package static func write(_ directory: RunDirectory) throws {
        let rows = EvaluationFile.rows(in: directory)
        let run = ReportData.Run(directory: directory, evaluations: rows)
        let page = ReportPage.html(ReportData(title: run.name, runs: [run]))
        try AtomicFile.write(page, to: directory.report)
    }

    /// The table of evaluations, completions before and after, and what to do next.
    package static func closing(_ summary: RunSummary, directory: RunDirectory) -> String {
        var lines = [
            "", EvaluationRow.table(EvaluationFile.rows(in: directory)).text, "",
        ]
        if let first = summary.evaluations.first, let last = summary.evaluations.last,
            summary.evaluations.count > 1
        {
            for (before, after) in zip(first.examples, last.examples).prefix(3) {
                lines.append(before.prompt)
                lines.append("  \(first.stage): \(before.completion) \(mark(before))")
                lines.append("  \(last.stage): \(after.completion) \(mark(after))")
            }
            lines.append("")
        }
        let example = summary.evaluations.last?.examples.first?.prompt ?? "..."
        lines += [
            "Next:",
            "  swift run -c release grpo --help",
            "  swift run -c release grpo generate --model \(directory.path) "
                + "--prompt '\(example)' --samples 4",
            "  open \(directory.report)   (the curves and ten completions)",
        ]
        return lines.joined(separator: "\n")
    }

    private static func mark(_ example: EvaluationResult.Example) -> String {
        example.isRight ? "(right)" : "(wrong)"
    }
}

import Foundation
import GRPOTraining

/// What a finished run says: a page of its own, and some lines for the terminal.
package enum RunReport {
    /// Writes `report.html`.
    package static func write(_ directory: RunDirectory) throws {
        try write([directory], to: directory.report)
    }

    /// Writes one page over several runs.
    package static func write(_ directories: [RunDirectory], to path: String) throws {
        let runs = try directories.map(data)
        let title = runs.map(\.name).joined(separator: ", ")
        try RunFile.write(ReportPage.html(ReportData(title: title, runs: runs)), to: path)
    }

    /// Writes a picture of reward and length over several runs.
    package static func writePicture(_ directories: [RunDirectory], to path: String) throws {
        guard let picture = ReportPicture.svg(try directories.map(data)) else {
            throw RunError(
                .input, path: directories[0].path, "found no step with a reward",
                remedy: "draw a run that has come to a grpo stage")
        }
        try RunFile.write(picture, to: path)
    }

    /// What the runs' metrics do not say because lines of the files are damaged; the rest is reported.
    package static func notes(on directories: [RunDirectory]) -> [String] {
        directories.compactMap { directory in
            let lines = MetricsReader.damage(path: directory.metrics)
            guard let first = lines.first else { return nil }
            let count = lines.count - 1
            let more = count > 0 ? " (and \(count) line\(count > 1 ? "s" : "") more)" : ""
            return "\(directory.metrics):\(first)\(more): found no record, expected a JSON object "
                + "with stage and step; the other lines are reported. Copy the file again from where "
                + "it was written; a last line that a crash cut short goes when the run is resumed"
        }
    }

    private static func data(_ directory: RunDirectory) throws(RunError) -> ReportData.Run {
        guard FileManager.default.fileExists(atPath: directory.metrics) else {
            throw RunError(
                .input, path: directory.path, "found no metrics.jsonl, expected a run directory",
                remedy: "name the directory that grpo run wrote to")
        }
        return ReportData.Run(
            directory: directory, evaluations: EvaluationFile.results(in: directory))
    }

    /// The table of evaluations, completions before and after, and what to do next.
    ///
    /// - Parameter program: how this command was called.
    package static func closing(
        _ summary: RunSummary, directory: RunDirectory, program: String
    ) -> String {
        var lines = [""]
        if !summary.evaluations.isEmpty {
            lines += [EvaluationResult.table(summary.evaluations).text, ""]
        }
        if let caution = EvaluationResult.caution(summary.evaluations) { lines += [caution, ""] }
        let samples = summary.stages.compactMap { stage in
            stage.samples.map { "\(stage.name): \(stage.kept ?? 0) samples in \($0)" }
        }
        if !samples.isEmpty { lines += samples + [""] }
        if let first = summary.evaluations.first, let last = summary.evaluations.last,
            summary.evaluations.count > 1
        {
            for (before, after) in zip(first.examples, last.examples).prefix(3) {
                lines.append(shown(before.prompt))
                for (stage, example) in [(first.stage, before), (last.stage, after)] {
                    lines.append("  \(stage) (\(mark(example))): \(shown(example.completion))")
                }
            }
            lines.append("")
        }
        lines += ["Next:"] + next(summary, directory, program).map { "  " + $0 }
        return lines.joined(separator: "\n")
    }

    /// What can be done with what the stages have made.
    private static func next(
        _ summary: RunSummary, _ directory: RunDirectory, _ program: String
    ) -> [String] {
        var lines = ["\(program) --help"]
        let stages = Set(summary.stages.map(\.name))
        let scoring = RewardModelSpecification.kind
        if summary.stages.contains(where: { $0.checkpoint != nil && $0.kind != scoring }) {
            let last = summary.evaluations.last { stages.contains($0.stage) }
            lines.append(
                "\(program) generate --model \(directory.path) --prompt "
                    + "\(quoted(last?.examples.first?.asked ?? "...")) --samples 4")
        } else if let scorer = summary.stages.last(where: { $0.kind == scoring })?.checkpoint {
            lines.append("\(program) inspect \(scorer)   (it scores, it does not write)")
        }
        if summary.stages.allSatisfy({ $0.samples != nil }), let last = summary.stages.last?.samples
        {
            lines.append("head -n 3 \(last)   (what was kept; sft takes the file as jsonl)")
        }
        let completions = summary.evaluations.isEmpty ? "" : " and ten completions"
        return lines + ["open \(directory.report)   (the curves\(completions))"]
    }

    private static func mark(_ example: EvaluationResult.Example) -> String {
        example.isRight ? "right" : "wrong"
    }

    /// A text of the model on one line of bounded length.
    private static func shown(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 200 ? line.prefix(200) + " ..." : line
    }

    /// A text as one word of a shell.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}

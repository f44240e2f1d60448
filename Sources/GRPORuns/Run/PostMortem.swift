import Foundation
import GRPOJSON
import GRPOTasks
import GRPOTokenizers
import GRPOTraining

/// What is kept of a collapse: the metrics and rollouts of the last steps, and a report that names
/// the rollouts and tokens which moved the policy most.
struct PostMortem {
    let stage: String
    /// The step at which the collapse was found.
    let step: Int
    let findings: [CollapseDetector.Finding]
    /// By step; those of this process.
    let marks: [(step: Int, marks: TokenMarks)]
    let directory: RunDirectory

    /// The first of the steps that are kept.
    private var first: Int { max(1, step - CollapseWatch.kept + 1) }

    /// The step whose update did it: the one before the first number that broke away, because a
    /// number of a step is taken before its update.
    private var suspect: Int {
        max(first, (findings.map(\.step).min() ?? step) - 1)
    }

    func write(to place: String, _ tokenizer: any Tokenizer) throws(RunError) {
        try RunDirectory.make(place + "/rollouts")
        let records = MetricsReader.records(path: directory.metrics).filter {
            $0.stage == stage && (first...step).contains($0.step)
        }
        try RunFile.write(
            records.map { $0.line + "\n" }.joined(), to: place + "/metrics.jsonl")
        for step in sampledSteps {
            guard
                let data = FileManager.default.contents(
                    atPath: directory.rollouts(stage: stage, step: step))
            else { continue }
            try RunFile.write(
                String(decoding: data, as: UTF8.self),
                to: place + "/rollouts/"
                    + (directory.rollouts(stage: stage, step: step) as NSString)
                    .lastPathComponent)
        }
        try RunFile.write(report(records, tokenizer), to: place + "/report.md")
    }

    /// The steps whose generations the kept steps used: a generation is saved under its first step.
    private var sampledSteps: [Int] {
        let all = (1...step).filter {
            FileManager.default.fileExists(atPath: directory.rollouts(stage: stage, step: $0))
        }
        let before = all.last { $0 <= first } ?? first
        return all.filter { $0 >= before }
    }

    // MARK: - The report

    private func report(_ records: [MetricsRecord], _ tokenizer: any Tokenizer) -> String {
        var lines = ["# Collapse of stage \(stage), found at step \(step)", ""]
        for finding in findings {
            let before = finding.median.map { ", the median before it \(number($0))" } ?? ""
            lines.append(
                "- \(finding.metric) broke away at step \(finding.step): \(number(finding.value))"
                    + before)
        }
        lines += [
            "",
            "A number of a step is taken before its update, so the first suspect is the update "
                + "of step \(suspect).", "", "## The last steps", "",
        ]
        lines += metricsTable(records)
        for step in (suspect...step).prefix(3) {
            lines += ["", "## Step \(step)\(step == suspect ? ", the suspect" : "")"]
            lines += rollouts(of: step, tokenizer)
        }
        lines += [
            "", "## What to look at", "",
            "- learning_rate and max_grad_norm, if grad_norm broke away first",
            "- beta, epsilon and num_iterations, if kl or the difference did",
            "- the rewards of the rollouts above, if reward or entropy did: "
                + "grep them in suspicious/\(stage), and run grpo rewards test",
            "",
        ]
        return lines.joined(separator: "\n")
    }

    private func metricsTable(_ records: [MetricsRecord]) -> [String] {
        let names =
            CollapseDetector.metrics + [
                "learning_rate", "completions/mean_length", "completions/clipped_ratio",
                "sampling/importance_sampling_ratio/max", "skipped_update",
            ]
        let shown = names.filter { name in records.contains { $0[name] != nil } }
        return [
            "| step | " + shown.joined(separator: " | ") + " |",
            "|" + String(repeating: "---|", count: shown.count + 1),
        ]
            + records.map { record in
                "| \(record.step) | "
                    + shown.map { name in
                        record[name].map { $0.number.map(number) ?? "not finite" } ?? ""
                    }.joined(separator: " | ") + " |"
            }
    }

    /// The rollouts that pulled hardest, and the tokens that stood out in the update.
    private func rollouts(of step: Int, _ tokenizer: any Tokenizer) -> [String] {
        guard let sampled = sampledSteps.last(where: { $0 <= step }) else { return [] }
        let rows = Self.rollouts(directory, stage: stage, step: sampled)
        guard !rows.isEmpty else { return [] }
        var lines = [
            "",
            "Rollouts that pulled hardest, by |advantage| times the sum of 1 - p over their "
                + "tokens (rollouts/\(stage), step \(sampled)):", "",
        ]
        let pulled = rows.map { ($0, Self.pull($0)) }.sorted { $0.1 > $1.1 }
        for (rollout, pull) in pulled.prefix(5) {
            lines.append(
                "- group \(rollout.group), sample \(rollout.sample), problem "
                    + "\(quoted(rollout.problem.id)): reward "
                    + (rollout.reward.map(number) ?? "none")
                    + ", advantage \(number(rollout.advantage)), \(rollout.tokenIDs.count) tokens, "
                    + "pull \(number(pull)): \(quoted(rollout.text, 120))")
        }
        if let marks = marks.first(where: { $0.step == step })?.marks {
            for measure in TokenMarks.Measure.allCases where !marks[measure].isEmpty {
                lines += ["", "Tokens with the greatest \(measure.title):", ""]
                lines += marks[measure].map { self.line($0, measure, rows, tokenizer) }
            }
        }
        let rare = Self.rare(rows)
        lines += ["", "The rarest tokens that were sampled, with what they were worth:", ""]
        lines += rare.map { rollout, position in
            "- \(self.token(rollout, position, tokenizer)): log-probability "
                + "\(number(rollout.logProbabilities[position])), advantage "
                + number(rollout.advantage)
        }
        return lines
    }

    private func line(
        _ mark: TokenMarks.Mark, _ measure: TokenMarks.Measure, _ rows: [Rollout],
        _ tokenizer: any Tokenizer
    ) -> String {
        let rollout = rows.first { $0.group == mark.group && $0.sample == mark.sample }
        let place =
            rollout.map { token($0, mark.position, tokenizer) }
            ?? "group \(mark.group), sample \(mark.sample), token \(mark.position)"
        return "- \(place): \(number(mark.value))"
    }

    /// A token with its place and what stands around it.
    private func token(_ rollout: Rollout, _ position: Int, _ tokenizer: any Tokenizer) -> String {
        let ids = rollout.tokenIDs
        let before = ids[max(0, position - 8)..<position]
        let token = tokenizer.decode([ids[position]], skipSpecial: false)
        return "group \(rollout.group), sample \(rollout.sample), token \(position) "
            + "\(quoted(token)) after \(quoted(tokenizer.decode(before, skipSpecial: false)))"
    }

    // MARK: - Numbers and texts

    private static func rollouts(
        _ directory: RunDirectory, stage: String, step: Int
    ) -> [Rollout] {
        MetricsReader.lines(path: directory.rollouts(stage: stage, step: step)).compactMap {
            try? JSONDecoder().decode(Rollout.self, from: Data($0.utf8))
        }
    }

    private static func pull(_ rollout: Rollout) -> Double {
        rollout.advantage.magnitude
            * rollout.logProbabilities.reduce(0) { $0 + 1 - exp($1) }
    }

    private static func rare(_ rows: [Rollout]) -> [(Rollout, Int)] {
        var found: [(rollout: Rollout, position: Int, value: Double)] = []
        for rollout in rows where rollout.advantage != 0 {
            guard let least = rollout.logProbabilities.min(),
                let position = rollout.logProbabilities.firstIndex(of: least)
            else { continue }
            found.append((rollout, position, least))
        }
        return found.sorted { $0.value < $1.value }.prefix(5).map { ($0.rollout, $0.position) }
    }

    private func number(_ value: Double) -> String {
        value.isFinite ? StepRecorder.short(value) : "not finite"
    }

    /// A text of the model on one line, as code that cannot end early.
    private func quoted(_ text: String, _ limit: Int = 40) -> String {
        let line = text.count > limit ? text.prefix(limit) + "…" : text[...]
        let safe = TerminalText.sanitized(
            line.replacingOccurrences(of: "\n", with: "⏎").replacingOccurrences(of: "`", with: "'"),
            keepingNewlines: false)
        return "`\(safe)`"
    }
}

extension TokenMarks.Measure {
    /// For people.
    fileprivate var title: String {
        switch self {
        case .difference: "difference to the policy that sampled, |log p - log p_old|"
        case .kl: "KL to the reference, k3"
        case .pull: "pull, |advantage| (1 - p)"
        case .entropy: "entropy"
        }
    }
}

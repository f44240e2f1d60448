import GRPORewards
import GRPOTasks
import GRPOTensors
import GRPOTokenizers
import GRPOTraining

/// The preflight of one stage: looks at its true answers before anything is sampled and at its first
/// generation before the first update, writes down what it finds, and refuses a hopeless run.
final class PreflightCheck {
    private let stage: String
    private let policy: Preflight.Policy
    private let limit: Int
    private let task: any ProblemSource
    private let gold: GoldCheck
    private let directory: RunDirectory
    private let printer: ProgressPrinter

    /// Nil where the recipe wants none.
    ///
    /// - Throws: `RunError` where the true answers alone show the run to be hopeless.
    init?(
        _ stage: String, _ settings: GRPOSettings, task: any ProblemSource, rewards: RewardSet,
        seed: UInt64, tokenizer: any Tokenizer, directory: RunDirectory, printer: ProgressPrinter
    ) async throws {
        guard settings.preflight != .off else { return nil }
        self.stage = stage
        policy = settings.preflight
        limit = settings.maxCompletionLength(at: 1)
        self.task = task
        self.directory = directory
        self.printer = printer
        gold = try await GoldCheck(
            task, rewards: rewards,
            problems: GoldCheck.problems(
                task, count: GoldCheck.size,
                stream: RandomStream(seed: seed, name: "\(stage)/preflight")),
            maxSteps: settings.maxSteps, seed: seed, tokenizer: tokenizer)
        let before = Preflight(stage: stage, gold: gold, maxCompletionLength: limit)
        if before.verdict == .hopeless, policy == .refuse { try finish(before) }
    }

    /// Looks at the first generation.
    func check(_ rollouts: [Rollout]) throws(RunError) {
        try finish(
            Preflight(
                stage: stage, gold: gold, maxCompletionLength: limit,
                sample: PreflightSample(rollouts, task: task, forms: gold.forms)))
    }

    private func finish(_ preflight: Preflight) throws(RunError) {
        try RunDirectory.make(directory.path + "/preflight")
        try directory.write(preflight, to: directory.preflight(stage: stage))
        printer.say(preflight.text)
        guard let worst = preflight.hopeless.first else { return }
        guard policy == .refuse else {
            printer.say("warning: \(stage): hopeless by its preflight, and run all the same")
            return
        }
        throw RunError(
            .input, path: "stage \(stage)",
            "hopeless before its first update: \(worst.measure): \(worst.found)",
            remedy: (worst.remedy.map { $0 + "; " } ?? "")
                + "set preflight: warn to run it all the same")
    }
}

extension Preflight {
    /// A table with what to do below it.
    package var text: String {
        var table = TextTable(["preflight of \(stage)", "found", "verdict"])
        for finding in findings {
            table.add([finding.measure, finding.found, finding.verdict.rawValue])
        }
        let remedies = findings.compactMap { finding in
            finding.remedy.map { "  \(finding.measure): \($0)" }
        }
        return ([table.text] + remedies).joined(separator: "\n")
    }
}

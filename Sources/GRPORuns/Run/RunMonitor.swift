import Foundation
import GRPOCheckpoints
import GRPOJSON
import GRPOTokenizers
import GRPOTraining

/// Writes down what a stage does: metrics, timings, rollouts, checkpoints, and a live line.
final class RunMonitor: StageMonitor {
    private let stage: String
    private let directory: RunDirectory
    private let metrics: MetricsWriter
    private let timings: MetricsWriter
    private let rollouts: RolloutWriter
    private let store: CheckpointStore
    private let identity: StageIdentity
    private let tokenizer: TokenizerDescription
    private let recipe: String
    /// The weights beside the stage's adapters, where it trains some.
    private let base: AdapterBase?
    private let printer: ProgressPrinter
    private let interruption: Interruption
    private var exactness: ExactnessWatch?
    private var last: StepRecord?
    private let start = ContinuousClock.now
    /// The step this process began after.
    private let first: Int
    /// The newest checkpoint, saved or found.
    private(set) var checkpoint: Checkpoint?

    init(
        stage: String, directory: RunDirectory, store: CheckpointStore, identity: StageIdentity,
        tokenizer: TokenizerDescription, recipe: String, base: AdapterBase?,
        printer: ProgressPrinter, interruption: Interruption, exactness: ExactnessWatch?,
        resumedFrom checkpoint: Checkpoint?
    ) throws {
        self.checkpoint = checkpoint
        first = checkpoint?.step ?? 0
        self.exactness = exactness
        self.stage = stage
        self.directory = directory
        self.store = store
        self.identity = identity
        self.tokenizer = tokenizer
        self.recipe = recipe
        self.base = base
        self.printer = printer
        self.interruption = interruption
        metrics = try MetricsWriter(path: directory.metrics)
        timings = try MetricsWriter(path: directory.timings)
        rollouts = try RolloutWriter(directory, stage: stage)
    }

    var isInterrupted: Bool { interruption.isRaised }

    func progress(_ activity: StageActivity) {
        var line =
            activity.steps > 0 ? "\(stage) \(activity.step)/\(activity.steps)" : stage
        line += "  \(activity.phase)"
        if activity.total > 1 { line += " \(activity.done)/\(activity.total)" }
        if let last { line += "  \(time(at: last.step, of: last.steps))  \(Self.headline(last))" }
        printer.update(line)
    }

    func stepped(_ record: StepRecord) throws {
        var line = MetricsRecord(stage: stage, step: record.step)
        for (name, value) in record.metrics { line.set(name, value) }
        try metrics.append(line)
        var times = MetricsRecord(stage: stage, step: record.step)
        for (name, seconds) in record.timings { times.set(name, seconds) }
        try timings.append(times)
        last = record
        if let problem = exactness?.problem(step: record.step, metrics: record.metrics) {
            warn(problem)
        }
        let every = max(1, record.steps / 10)
        if record.step % every == 0 || record.step == 1 || record.step == record.steps {
            printer.say(
                "\(stage) \(record.step)/\(record.steps)  \(Self.headline(record))  "
                    + time(at: record.step, of: record.steps))
        }
    }

    /// The time since this process began the stage, and what is left at the same pace.
    private func time(at step: Int, of steps: Int) -> String {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard step > first, step < steps else { return ShortNumber.duration(seconds) }
        let left = seconds / Double(step - first) * Double(steps - step)
        return "\(ShortNumber.duration(seconds)), \(ShortNumber.duration(left)) left"
    }

    func sampled(_ rows: [Rollout], step: Int) throws {
        try rollouts.write(rows, step: step)
    }

    func warn(_ message: String) {
        printer.say("warning: \(stage): \(message)")
    }

    func save(_ state: StageState) throws {
        if let checkpoint, checkpoint.step == state.step { return }
        try metrics.synchronize()
        try timings.synchronize()
        let progress = StageProgress(
            step: state.step, updates: state.optimizer.updates, tokens: state.tokens,
            skipped: state.skipped)
        var texts = [
            "recipe.yaml": recipe, "progress.json": JSONValue(encoding: progress).text,
        ]
        if let base { texts[AdapterBase.text] = JSONValue(encoding: base).text }
        if !state.rollouts.isEmpty {
            texts["rollouts.json"] = try StageProgress.encode(state.rollouts)
        }
        let content = try PolicyCheckpoint.content(
            state.decoder, tokenizer: tokenizer,
            moments: (state.optimizer.firstMoment, state.optimizer.secondMoment),
            reference: state.reference, texts: texts)
        let saved = try store.save(
            content, step: state.step, stage: stage, parent: identity.parent,
            provenance: identity.provenance, createdBy: "grpo \(Version.current)")
        if let problem = saved.retentionProblem { warn("\(problem)") }
        checkpoint = saved.checkpoint
    }

    /// The numbers people watch, short enough for 80 columns. GRPO's loss is not among them: it
    /// stays near 0 however well it learns.
    private static func headline(_ record: StepRecord) -> String {
        let isRL = record.metrics.contains { $0.name == "reward" }
        let shown =
            isRL
            ? [
                ("reward", "reward"), ("completions/mean_length", "length"), ("kl", "kl"),
                ("entropy", "entropy"),
            ] : [("loss", "loss")]
        return shown.compactMap { name, label in
            record.metrics.first { $0.name == name }.map { "\(label) \(short($0.value))" }
        }.joined(separator: "  ")
    }

    static func short(_ value: Double) -> String {
        let size = abs(value)
        let format =
            size >= 10 ? "%.1f" : size >= 2 ? "%.2f" : size >= 0.01 || size == 0 ? "%.3f" : "%.2e"
        return String(format: format, value)
    }
}

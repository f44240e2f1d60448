import Foundation
import GRPOTraining

/// Writes down the steps of a stage: metrics, timings, and a live line.
final class StepRecorder {
    let stage: String
    private let metrics: MetricsWriter
    private let timings: MetricsWriter
    private let printer: ProgressPrinter
    /// Told every line of metrics once it is written.
    private let observer: MetricsObserver?
    private var exactness: ExactnessWatch?
    private var last: StepRecord?
    private let start = ContinuousClock.now
    /// The step this process began after.
    private let first: Int

    init(
        stage: String, directory: RunDirectory, printer: ProgressPrinter,
        exactness: ExactnessWatch? = nil, resumedAfter step: Int, observer: MetricsObserver? = nil
    ) throws(RunError) {
        self.stage = stage
        self.printer = printer
        self.exactness = exactness
        self.observer = observer
        first = step
        metrics = try MetricsWriter(path: directory.metrics)
        timings = try MetricsWriter(path: directory.timings)
    }

    func progress(_ activity: StageActivity) {
        var line =
            activity.steps > 0 ? "\(stage) \(activity.step)/\(activity.steps)" : stage
        line += "  \(activity.phase)"
        if activity.total > 1 { line += " \(activity.done)/\(activity.total)" }
        if let last { line += "  \(time(at: last.step, of: last.steps))  \(Self.headline(last))" }
        printer.update(line)
    }

    func stepped(_ record: StepRecord) throws(RunError) {
        var line = MetricsRecord(stage: stage, step: record.step)
        for (name, value) in record.metrics { line.set(name, value) }
        try metrics.append(line)
        observer?(line)
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

    func warn(_ message: String) {
        printer.say("warning: \(stage): \(message)")
    }

    /// Makes all lines durable: what goes on from a step must not outlive the metrics before it.
    func synchronize() throws(RunError) {
        try metrics.synchronize()
        try timings.synchronize()
    }

    /// The time since this process began the stage, and what is left at the same pace.
    private func time(at step: Int, of steps: Int) -> String {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard step > first, step < steps else { return ShortNumber.duration(seconds) }
        let left = seconds / Double(step - first) * Double(steps - step)
        return "\(ShortNumber.duration(seconds)), \(ShortNumber.duration(left)) left"
    }

    /// The numbers people watch, short enough for 80 columns. GRPO's loss is not among them: it
    /// stays near 0 however well it learns.
    private static func headline(_ record: StepRecord) -> String {
        func has(_ name: String) -> Bool { record.metrics.contains { $0.name == name } }
        let shown =
            has("reward")
            ? [
                ("reward", "reward"), ("completions/mean_length", "length"), ("kl", "kl"),
                ("entropy", "entropy"),
            ]
            : [
                ("loss", "loss"), ("accuracy", "accuracy"), ("rewards/accuracies", "accuracy"),
                ("margin", "margin"), ("rewards/margins", "margin"), ("kept", "kept"),
            ]
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

import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors

/// The loop that training on preference pairs is, whatever is trained: pairs -> gradient ->
/// optimizer -> record.
struct PairTraining {
    typealias Metrics = [(name: String, value: Double)]

    let stage: String
    let settings: PairSettings
    let reader: PairReader
    let seed: UInt64

    /// Trains the decoder of `state` to the last step.
    ///
    /// - Parameters:
    ///   - accumulate: adds the gradient of the mean over a step's pairs.
    ///   - evaluate: the same numbers of other pairs, without a gradient.
    /// - Throws: `TrainingError`, `TokenizerError`, and what the monitor throws.
    func run(
        from state: StageState, monitor: any StageMonitor,
        accumulate: ([PairTokens], inout Stopwatch) -> Metrics,
        evaluate: ([PairTokens]) -> Metrics
    ) throws -> StageOutcome {
        var state = state
        let source = reader.source
        let count = source.pairCount()
        guard let steps = settings.steps(for: count), let drawn = settings.pairsDrawn(of: count)
        else { throw reader.fault(.endless) }
        try reader.check(testPairs: settings.evalPairs)
        let order = EpochOrder(count: count, seed: seed, stage: stage, data: "pairs")
        let schedule = settings.optimizer.schedule(steps: steps)
        while state.step < steps {
            let step = state.step + 1
            var watch = Stopwatch()
            let places =
                (step - 1) * settings.pairsPerStep..<min(drawn, step * settings.pairsPerStep)
            let pairs = try watch.measure("pairs") {
                try reader.read(order.pairs(places, of: source))
            }
            monitor.progress(
                StageActivity(step: step, steps: steps, phase: "updating", done: 0, total: 1))
            var metrics = accumulate(pairs, &watch)
            let learningRate = schedule[step]
            let outcome = watch.measure("optimizer") {
                state.optimizer.update(learningRate: learningRate)
            }
            switch outcome {
            case .updated(let norm): metrics.append(("grad_norm", norm))
            case .skipped(let parameter):
                throw TrainingError.notFinite(stage: stage, step: step, parameter: parameter)
            }
            state.step = step
            state.tokens += pairs.reduce(0) { $0 + $1.count }
            metrics.append(("learning_rate", learningRate))
            metrics.append(("num_tokens", Double(state.tokens)))
            if let count { metrics.append(("epoch", Double(places.upperBound) / Double(count))) }
            if step == steps || settings.evalSteps.map({ step % $0 == 0 }) ?? false {
                metrics += try watch.measure("evaluation") {
                    try evaluation(evaluate, step: step, steps: steps, monitor)
                }
            }
            try monitor.stepped(
                StepRecord(step: step, steps: steps, metrics: metrics, timings: watch.timings))
            let interrupted = monitor.isInterrupted && step < steps
            if interrupted || step % settings.saveSteps == 0 || step == steps {
                try monitor.save(state)
            }
            if interrupted { return .interrupted(step: step) }
        }
        return .finished
    }

    /// The held-out pairs' numbers; none where there are no such pairs.
    private func evaluation(
        _ evaluate: ([PairTokens]) -> Metrics, step: Int, steps: Int, _ monitor: any StageMonitor
    ) throws -> Metrics {
        let held = try reader.read(reader.source.testPairs(limit: settings.evalPairs))
        guard !held.isEmpty else { return [] }
        monitor.progress(
            StageActivity(step: step, steps: steps, phase: "evaluating", done: 0, total: 1))
        return evaluate(held).map { ("evaluation/\($0.name)", $0.value) }
            + [("evaluation/pairs", Double(held.count))]
    }
}

import GRPOModels
import GRPORollouts
import GRPOTensors

/// The loop that training on texts is, whatever the texts: documents -> gradient -> optimizer ->
/// record.
struct TextTraining {
    let stage: String
    /// Optimizer updates.
    let steps: Int
    let saveSteps: Int
    let optimizer: OptimizerSettings
    let update: TextUpdate
    /// Whether the loss leaves the prompts out.
    let completionOnly: Bool

    /// The state before the first step.
    static func initialState(_ policy: Policy, _ optimizer: OptimizerSettings) -> StageState {
        StageState(
            step: 0, decoder: policy.decoder,
            optimizer: AdamW(
                optimizer, store: policy.decoder.trained, backend: policy.decoder.backend),
            reference: nil, rollouts: [], tokens: 0, skipped: 0)
    }

    /// Trains the policy from `state` to the last step.
    ///
    /// - Parameters:
    ///   - texts: the batch of a step.
    ///   - extra: metrics of a step beside those that every training on texts has.
    func run(
        _ policy: Policy, from state: StageState, monitor: any StageMonitor,
        texts: (Int) throws -> [DocumentTokens],
        extra: (Int) -> [(name: String, value: Double)] = { _ in [] }
    ) throws -> StageOutcome {
        var state = state
        let schedule = optimizer.schedule(steps: steps)
        while state.step < steps {
            let step = state.step + 1
            var watch = Stopwatch()
            let batch = try watch.measure("documents") {
                try checked(texts(step), policy.decoder)
                    .map { TrainedText($0, completionOnly: completionOnly) }
            }
            monitor.progress(
                StageActivity(step: step, steps: steps, phase: "updating", done: 0, total: 1))
            let loss = watch.measure("backward") {
                update.accumulate(batch, into: policy.decoder)
            }
            let learningRate = schedule[step]
            let outcome = watch.measure("optimizer") {
                state.optimizer.update(learningRate: learningRate)
            }
            state.step = step
            state.tokens += batch.reduce(0) { $0 + $1.targetCount }
            let norm: Double
            switch outcome {
            case .updated(let gradientNorm): norm = gradientNorm
            case .skipped(let parameter):
                throw TrainingError.notFinite(stage: stage, step: step, parameter: parameter)
            }
            try monitor.stepped(
                StepRecord(
                    step: step, steps: steps,
                    metrics: [
                        ("loss", loss), ("grad_norm", norm), ("learning_rate", learningRate),
                        ("num_tokens", Double(state.tokens)),
                    ] + extra(step), timings: watch.timings))
            let interrupted = monitor.isInterrupted && step < steps
            if interrupted || step % saveSteps == 0 || step == steps {
                try monitor.save(state)
            }
            if interrupted { return .interrupted(step: step) }
        }
        return .finished
    }

    /// The same texts; nothing is ever cut to fit.
    private func checked(
        _ texts: [DocumentTokens], _ decoder: Decoder
    ) throws(TrainingError) -> [DocumentTokens] {
        let positions = decoder.configuration.maxPositions
        if let long = texts.first(where: { $0.ids.count > positions }) {
            throw TrainingError.documentTooLong(tokens: long.ids.count, positions: positions)
        }
        return texts
    }
}

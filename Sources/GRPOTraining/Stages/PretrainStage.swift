import GRPOModels
import GRPOObjectives
package import GRPORollouts
package import GRPOTasks
import GRPOTensors

/// Next-token training from nothing on seeded documents: the loss is the mean over all tokens, or
/// over those of the completions.
package struct PretrainStage {
    /// The name of the stage: it names the stage's random numbers.
    package let name: String
    package let settings: PretrainSettings
    package let source: any TextSource
    package let seed: UInt64

    package init(
        name: String, settings: PretrainSettings, source: any TextSource, seed: UInt64
    ) {
        self.name = name
        self.settings = settings
        self.source = source
        self.seed = seed
    }

    /// The state before the first step.
    package func initialState(_ policy: Policy) -> StageState {
        StageState(
            step: 0, decoder: policy.decoder,
            optimizer: AdamW(
                settings.optimizer, store: policy.decoder.trained,
                backend: policy.decoder.backend),
            reference: nil, rollouts: [], tokens: 0, skipped: 0)
    }

    /// Trains the policy from `state` to the last step.
    package func run(
        _ policy: Policy, from state: StageState, monitor: any StageMonitor
    ) throws -> StageOutcome {
        var state = state
        let schedule = settings.optimizer.schedule(steps: settings.maxSteps)
        while state.step < settings.maxSteps {
            let step = state.step + 1
            var watch = Stopwatch()
            let texts = try watch.measure("documents") { try documents(policy, step: step) }
            let tokens = texts.reduce(0) { $0 + $1.ids.count - $1.firstTarget }
            monitor.progress(
                StageActivity(
                    step: step, steps: settings.maxSteps, phase: "updating", done: 0, total: 1))
            let loss = watch.measure("backward") { accumulate(texts, tokens, into: policy.decoder) }
            let learningRate = schedule[step]
            let outcome = watch.measure("optimizer") {
                state.optimizer.update(learningRate: learningRate)
            }
            state.step = step
            state.tokens += tokens
            let norm: Double
            switch outcome {
            case .updated(let gradientNorm): norm = gradientNorm
            case .skipped(let parameter):
                throw TrainingError.notFinite(stage: name, step: step, parameter: parameter)
            }
            try monitor.stepped(
                StepRecord(
                    step: step, steps: settings.maxSteps,
                    metrics: [
                        ("loss", loss), ("grad_norm", norm), ("learning_rate", learningRate),
                        ("num_tokens", Double(state.tokens)),
                    ], timings: watch.timings))
            let interrupted = monitor.isInterrupted && step < settings.maxSteps
            if interrupted || step % settings.saveSteps == 0 || step == settings.maxSteps {
                try monitor.save(state)
            }
            if interrupted { return .interrupted(step: step) }
        }
        return .finished
    }

    /// The token ids of a document with its ending, and the first that counts in the loss.
    private struct Text {
        let ids: [Int32]
        let firstTarget: Int
    }

    private func documents(_ policy: Policy, step: Int) throws -> [Text] {
        let random = RandomStream(seed: seed, name: "\(name)/documents")
        let positions = policy.decoder.configuration.maxPositions
        return try (0..<settings.documentsPerStep).map { slot in
            var generator: any RandomNumberGenerator = random.generator(step: step, slot: slot)
            let document = source.document(
                (step - 1) * settings.documentsPerStep + slot, using: &generator)
            let tokens = try DocumentTokens(document, policy.tokenizer)
            let count = tokens.ids.count
            guard count <= positions else {
                throw TrainingError.documentTooLong(tokens: count, positions: positions)
            }
            let first = settings.completionOnlyLoss ? max(1, tokens.completion) : 1
            return Text(ids: tokens.ids, firstTarget: min(first, count))
        }
    }

    /// Adds the gradient of the mean negative log-likelihood; returns the loss in nats a token.
    private func accumulate(_ texts: [Text], _ tokens: Int, into decoder: Decoder) -> Double {
        let objective = LikelihoodObjective()
        let scored = texts.count { $0.firstTarget < $0.ids.count }
        let budget = settings.microBatch(decoder.configuration, on: decoder.backend).rows
        let normalizer = Normalizer(tokens: tokens, sequences: scored)
        var loss = 0.0
        var start = 0
        while start < texts.count {
            var packed = PackedTokens()
            var end = start
            repeat {
                packed.addText(texts[end].ids, targetsFrom: texts[end].firstTarget)
                end += 1
            } while end < texts.count
                && packed.tokens.count + texts[end].ids.count <= budget
            decoder.accumulateGradients(
                packed, temperature: 1, checkpointing: settings.gradientCheckpointing
            ) { current in
                let share = objective.evaluate(
                    logProbabilities: current.logProbabilities, sequences: packed.sequences,
                    normalizer: normalizer)
                loss += share.loss
                return Decoder.HeadGradients(dLogProbabilities: share.dLogProbabilities)
            }
            start = end
        }
        return loss
    }
}

import GRPOModels
import GRPOObjectives
package import GRPORollouts
package import GRPOTasks
import GRPOTensors

/// Direct preference optimization (Rafailov et al. 2023, arXiv 2305.18290): the policy itself is
/// trained on preference pairs, measured against what it was before.
package struct DPOStage {
    /// The name of the stage: it names the stage's random numbers.
    package let name: String
    package let settings: DPOSettings
    package let source: any PairSource
    package let prompt: PromptStyle
    package let seed: UInt64

    package init(
        name: String, settings: DPOSettings, source: any PairSource, prompt: PromptStyle,
        seed: UInt64
    ) {
        self.name = name
        self.settings = settings
        self.source = source
        self.prompt = prompt
        self.seed = seed
    }

    /// The state before the first step: the reference is the policy as it comes in.
    package func initialState(_ policy: Policy) -> StageState {
        StageState(
            step: 0, decoder: policy.decoder,
            optimizer: AdamW(
                settings.pairs.optimizer, store: policy.decoder.trained,
                backend: policy.decoder.backend),
            reference: policy.decoder.reference(), rollouts: [], tokens: 0, skipped: 0)
    }

    /// Trains the policy from `state`, which holds its reference, to the last step.
    package func run(
        _ policy: Policy, from state: StageState, monitor: any StageMonitor
    ) throws -> StageOutcome {
        let decoder = policy.decoder
        guard let reference = state.reference else {
            preconditionFailure("a state of \(name) without a reference")
        }
        let limit = settings.microBatch(decoder.configuration, on: decoder.backend).rows
        let training = PairTraining(
            stage: name, settings: settings.pairs,
            reader: PairReader(
                source: source, prompt: prompt, tokenizer: policy.tokenizer,
                positions: decoder.configuration.maxPositions,
                maxLength: settings.pairs.maxLength, judges: .completion),
            seed: seed)
        return try training.run(from: state, monitor: monitor) { pairs, watch in
            metrics(of: pairs, limit) { packed, objective in
                let anchored = watch.measure("reference") {
                    reference.score(packed, temperature: 1).logProbabilities
                }
                watch.measure("backward") {
                    decoder.accumulateGradients(
                        packed, temperature: 1,
                        checkpointing: settings.pairs.gradientCheckpointing
                    ) { current in
                        Decoder.HeadGradients(
                            dLogProbabilities: objective(current.logProbabilities, anchored))
                    }
                }
            }
        } evaluate: { pairs in
            metrics(of: pairs, limit) { packed, objective in
                _ = objective(
                    decoder.score(packed, temperature: 1).logProbabilities,
                    reference.score(packed, temperature: 1).logProbabilities)
            }
        }
    }

    /// The loss of all pairs and what else is told of them.
    ///
    /// - Parameter pass: hands the objective the log-probabilities of a micro-batch under policy
    ///   and reference, and is given their gradient.
    private func metrics(
        of pairs: [PairTokens], _ limit: Int,
        _ pass: (PackedTokens, ([Double], [Double]) -> [Double]) -> Void
    ) -> [(name: String, value: Double)] {
        let objective = settings.objective
        var sums = PreferenceMetrics()
        for range in PairTokens.batches(pairs, limit: limit) {
            let packed = PackedTokens(pairs[range])
            let completions = packed.sequences.indices
            pass(packed) { current, reference in
                let share = objective.evaluate(
                    PreferenceBatch(
                        logProbabilities: current, referenceLogProbabilities: reference,
                        chosen: completions.filter { $0 % 2 == 0 }.map { packed.sequences[$0] },
                        rejected: completions.filter { $0 % 2 == 1 }.map { packed.sequences[$0] },
                        pairs: pairs.count))
                sums += share.metrics
                return share.dLogProbabilities
            }
        }
        return sums.values
    }
}

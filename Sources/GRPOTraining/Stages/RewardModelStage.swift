import GRPOModels
import GRPOObjectives
package import GRPORollouts
package import GRPOTasks
import GRPOTensors

/// A reward model: the policy's weights with a score head, trained to score the preferred completion
/// of a pair higher, by Bradley and Terry's loss (arXiv 2203.02155, section 3.5), or to tell good
/// completions from bad ones, each by itself, by the logistic loss.
package struct RewardModelStage {
    /// The name of the stage: it names the stage's random numbers.
    package let name: String
    package let settings: RewardModelSettings
    package let source: any PairSource
    package let prompt: PromptStyle
    package let seed: UInt64

    package init(
        name: String, settings: RewardModelSettings, source: any PairSource, prompt: PromptStyle,
        seed: UInt64
    ) {
        self.name = name
        self.settings = settings
        self.source = source
        self.prompt = prompt
        self.seed = seed
    }

    /// The model that the stage trains: a copy of the policy that scores.
    package func model(from policy: Policy) -> Policy {
        Policy(
            decoder: policy.decoder.scorer(
                random: RandomStream(seed: seed, name: "\(name)/init")),
            tokenizer: policy.tokenizer)
    }

    /// The state before the first step.
    ///
    /// - Parameter model: from `model(from:)`, or loaded from a checkpoint of this stage.
    package func initialState(_ model: Policy) -> StageState {
        StageState(
            step: 0, decoder: model.decoder,
            optimizer: AdamW(
                settings.pairs.optimizer, store: model.decoder.trained,
                backend: model.decoder.backend),
            reference: nil, rollouts: [], tokens: 0, skipped: 0)
    }

    /// Trains the model from `state` to the last step.
    package func run(
        _ model: Policy, from state: StageState, monitor: any StageMonitor
    ) throws -> StageOutcome {
        let decoder = model.decoder
        let limit = settings.microBatch(decoder.configuration, on: decoder.backend).rows
        let training = PairTraining(
            stage: name, settings: settings.pairs,
            reader: PairReader(
                source: source, prompt: prompt, tokenizer: model.tokenizer,
                positions: decoder.configuration.maxPositions,
                maxLength: settings.pairs.maxLength, judges: settings.judges,
                takesLabels: settings.loss == .pointwise),
            seed: seed)
        return try training.run(from: state, monitor: monitor) { pairs, watch in
            watch.measure("backward") {
                metrics(of: pairs, limit) { packed, objective in
                    decoder.accumulateGradients(
                        packed, checkpointing: settings.pairs.gradientCheckpointing,
                        objective: objective)
                }
            }
        } evaluate: { pairs in
            metrics(of: pairs, limit) { packed, objective in
                _ = objective(decoder.scores(packed))
            }
        }
    }

    /// The loss of all pairs and what else is told of them.
    ///
    /// - Parameter pass: hands the objective the scores of a micro-batch, one for every completion.
    private func metrics(
        of pairs: [PairTokens], _ limit: Int,
        _ pass: (PackedSequences, ([Double]) -> [Double]) -> Void
    ) -> [(name: String, value: Double)] {
        switch settings.loss {
        case .pairwise: preferenceMetrics(of: pairs, limit, pass)
        case .pointwise: labelMetrics(of: pairs, limit, pass)
        }
    }

    private func labelMetrics(
        of pairs: [PairTokens], _ limit: Int,
        _ pass: (PackedSequences, ([Double]) -> [Double]) -> Void
    ) -> [(name: String, value: Double)] {
        let objective = LabelObjective()
        let count = pairs.reduce(0) { $0 + $1.labels.count }
        var sums = LabelMetrics()
        for range in PairTokens.batches(pairs, limit: limit) {
            let labels = pairs[range].flatMap(\.labels)
            pass(PackedSequences(pairs[range])) { scores in
                let share = objective.evaluate(scores: scores, labels: labels, of: count)
                sums += share.metrics
                return share.dScores
            }
        }
        return sums.values
    }

    private func preferenceMetrics(
        of pairs: [PairTokens], _ limit: Int,
        _ pass: (PackedSequences, ([Double]) -> [Double]) -> Void
    ) -> [(name: String, value: Double)] {
        let objective = ScoreObjective(
            centerRewardsCoefficient: settings.centerRewardsCoefficient ?? 0)
        var sums = ScoreMetrics()
        for range in PairTokens.batches(pairs, limit: limit) {
            pass(PackedSequences(pairs[range])) { scores in
                let share = objective.evaluate(
                    chosen: range.indices.map { scores[2 * ($0 - range.lowerBound)] },
                    rejected: range.indices.map { scores[2 * ($0 - range.lowerBound) + 1] },
                    of: pairs.count)
                sums += share.metrics
                return zip(share.dChosen, share.dRejected).flatMap { [$0, $1] }
            }
        }
        return sums.values
    }
}

package import GRPOModels
package import GRPOObjectives
import GRPOTasks
import GRPOTensors

/// One gradient of a policy objective over a minibatch of rollouts.
package struct PolicyUpdate {
    package let objective: PolicyObjective
    package let temperature: Double
    /// The largest number of rows in a pass.
    package let microBatchTokens: Int
    /// Whether backward computes each block's activations again.
    package let gradientCheckpointing: Bool

    package init(
        objective: PolicyObjective, temperature: Double, microBatchTokens: Int,
        gradientCheckpointing: Bool = false
    ) {
        self.objective = objective
        self.temperature = temperature
        self.microBatchTokens = microBatchTokens
        self.gradientCheckpointing = gradientCheckpointing
    }

    /// Adds the gradient of the minibatch's loss to the policy's gradients.
    ///
    /// Rollouts whose gradient is exactly 0 are not computed: those excluded, and, where beta is 0
    /// and there is no entropy bonus, those with an advantage of 0. They count in the
    /// normalizer as ever, and their share of the loss is 0, but the metrics of ratios, clipping
    /// and entropy are over the completions that were computed; where none was, they are absent.
    /// The optimizer steps all the same, as TRL's does: a gradient of zeros decays the moments.
    ///
    /// - Parameter rollouts: sorted by group.
    /// - Returns: the sums from which the step's metrics follow.
    package func accumulate(_ rollouts: [Rollout], into decoder: Decoder) -> PolicyMetrics {
        let takesPart = rollouts.map { rollout in
            objective.participation(
                hasSignal: [rollout.hasSignal],
                truncated: [[rollout.finishReason == .length]])[0][0]
        }
        let normalizer = Normalizer(
            lengths: rollouts.map(\.tokenIDs.count), participation: takesPart)
        var metrics = PolicyMetrics()
        let computed = zip(rollouts, takesPart).filter { hasGradient($0, $1) }
        let (rollouts, participation) = (computed.map(\.0), computed.map(\.1))
        for range in MicroBatchPlan(rollouts, tokens: microBatchTokens).batches {
            let packed = PackedTokens(rollouts[range])
            decoder.accumulateGradients(
                packed, temperature: temperature, checkpointing: gradientCheckpointing
            ) { current in
                let loss = objective.evaluate(
                    PolicyBatch(
                        logProbabilities: current.logProbabilities,
                        oldLogProbabilities: rollouts[range].flatMap(\.logProbabilities),
                        referenceLogProbabilities: Self.reference(rollouts[range]),
                        entropies: current.entropies, sequences: packed.sequences,
                        advantages: .perSequence(rollouts[range].map(\.advantage)),
                        participation: Array(participation[range]), normalizer: normalizer))
                metrics += loss.metrics
                return Decoder.HeadGradients(
                    dLogProbabilities: loss.dLogProbabilities, dEntropies: loss.dEntropies)
            }
        }
        return metrics
    }

    private func hasGradient(_ rollout: Rollout, _ participation: Participation) -> Bool {
        guard participation != .excluded else { return false }
        return rollout.advantage != 0 || objective.requiresReference
            || objective.requiresEntropyGradient
    }

    private static func reference(_ rollouts: ArraySlice<Rollout>) -> [Double]? {
        let parts = rollouts.compactMap(\.referenceLogProbabilities)
        return parts.count == rollouts.count ? parts.flatMap { $0 } : nil
    }
}

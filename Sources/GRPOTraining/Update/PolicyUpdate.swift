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

    package init(objective: PolicyObjective, temperature: Double, microBatchTokens: Int) {
        self.objective = objective
        self.temperature = temperature
        self.microBatchTokens = microBatchTokens
    }

    /// Adds the gradient of the minibatch's loss to the policy's gradients.
    ///
    /// - Parameter rollouts: sorted by group.
    /// - Returns: the sums from which the step's metrics follow.
    package func accumulate(_ rollouts: [Rollout], into decoder: Decoder) -> PolicyMetrics {
        let participation = rollouts.map { rollout in
            objective.participation(
                hasSignal: [rollout.hasSignal],
                truncated: [[rollout.finishReason == .length]])[0][0]
        }
        let normalizer = Normalizer(
            lengths: rollouts.map(\.tokenIDs.count), participation: participation)
        var metrics = PolicyMetrics()
        for range in MicroBatchPlan(rollouts, tokens: microBatchTokens).batches {
            let packed = PackedTokens(rollouts[range])
            decoder.accumulateGradients(packed, temperature: temperature) { current in
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

    private static func reference(_ rollouts: ArraySlice<Rollout>) -> [Double]? {
        let parts = rollouts.compactMap(\.referenceLogProbabilities)
        return parts.count == rollouts.count ? parts.flatMap { $0 } : nil
    }
}

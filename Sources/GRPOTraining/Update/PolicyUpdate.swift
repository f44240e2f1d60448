package import GRPOModels
package import GRPOObjectives
import GRPOTasks
package import GRPOTensors

/// One gradient of a policy objective over a minibatch of rollouts.
package struct PolicyUpdate {
    package let objective: PolicyObjective
    package let temperature: Double
    package let microBatch: MicroBatchBudget
    /// Whether backward computes each block's activations again.
    package let gradientCheckpointing: Bool

    package init(
        objective: PolicyObjective, temperature: Double, microBatch: MicroBatchBudget,
        gradientCheckpointing: Bool = false
    ) {
        self.objective = objective
        self.temperature = temperature
        self.microBatch = microBatch
        self.gradientCheckpointing = gradientCheckpointing
    }

    /// Adds the gradient of the minibatch's loss to the policy's gradients.
    ///
    /// Rollouts whose gradient is exactly 0 are not computed: those excluded, and those with an
    /// advantage of 0 that pay no KL in the loss, where there is no entropy bonus. They count in
    /// the normalizer as ever, and their share of the loss is 0, but the metrics of ratios,
    /// clipping, entropy and KL are over the completions that were computed; where none was, they
    /// are absent.
    /// The optimizer steps all the same, as TRL's does: a gradient of zeros decays the moments.
    ///
    /// - Parameters:
    ///   - rollouts: sorted by group.
    ///   - observe: is shown the rollouts of each micro-batch with what the policy says of their
    ///     tokens, and each one's range among those.
    /// - Returns: the sums from which the step's metrics follow.
    package func accumulate(
        _ rollouts: [Rollout], into decoder: Decoder,
        observe: (ArraySlice<Rollout>, TokenLogProbabilities, [Range<Int>]) -> Void = { _, _, _ in }
    ) -> PolicyMetrics {
        let takesPart = participation(of: rollouts)
        let normalizer = Normalizer(
            lengths: rollouts.map(\.tokenIDs.count), participation: takesPart)
        var metrics = PolicyMetrics()
        let computed = zip(rollouts, takesPart).filter { hasGradient($0, $1) }
        let (rollouts, participation) = (computed.map(\.0), computed.map(\.1))
        for range in MicroBatchPlan(rollouts, microBatch).batches {
            let packed = PackedTokens(rollouts[range])
            decoder.accumulateGradients(
                packed, temperature: temperature, checkpointing: gradientCheckpointing
            ) { current in
                observe(rollouts[range], current, packed.sequences)
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

    /// How far the policy is from the one that sampled where `accumulate` computes nothing: over
    /// the first completion of every group without a gradient, by a forward alone.
    package func difference(
        ofUncomputed rollouts: [Rollout], from decoder: Decoder
    ) -> SamplingDifference {
        let computed = Set(
            zip(rollouts, participation(of: rollouts)).filter { hasGradient($0, $1) }
                .map(\.0.group))
        let scored = rollouts.enumerated().filter { index, rollout in
            !computed.contains(rollout.group)
                && (index == 0 || rollouts[index - 1].group != rollout.group)
        }.map(\.element)
        var difference = SamplingDifference()
        let plan = MicroBatchPlan(scored, MicroBatchBudget(rows: microBatch.limit))
        for range in plan.batches {
            difference.add(
                decoder.score(PackedTokens(scored[range]), temperature: temperature)
                    .logProbabilities, sampled: scored[range].flatMap(\.logProbabilities))
        }
        return difference
    }

    private func participation(of rollouts: [Rollout]) -> [Participation] {
        rollouts.map { rollout in
            objective.participation(
                hasSignal: [rollout.hasSignal],
                truncated: [[rollout.finishReason == .length]])[0][0]
        }
    }

    private func hasGradient(_ rollout: Rollout, _ participation: Participation) -> Bool {
        guard participation != .excluded else { return false }
        let paysKL =
            objective.kl.place == .loss && objective.requiresReference
            && participation != .withoutKL
        return rollout.advantage != 0 || paysKL || objective.requiresEntropyGradient
    }

    private static func reference(_ rollouts: ArraySlice<Rollout>) -> [Double]? {
        let parts = rollouts.compactMap(\.referenceLogProbabilities)
        return parts.count == rollouts.count ? parts.flatMap { $0 } : nil
    }
}

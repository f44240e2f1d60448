package import GRPOModels
import GRPOTensors

/// Cuts a minibatch into micro-batches: a knob for memory, invisible in the mathematics.
package struct MicroBatchPlan {
    /// The rollouts of each micro-batch: indices into the minibatch, groups together where they
    /// fit.
    package let batches: [Range<Int>]

    /// - Parameters:
    ///   - rollouts: sorted by group.
    ///   - tokens: the largest number of rows in a pass; a single completion may exceed it.
    package init(_ rollouts: [Rollout], tokens budget: Int) {
        var batches: [Range<Int>] = []
        var start = 0
        var rows = 0
        for (index, rollout) in rollouts.enumerated() {
            let sharesPrompt = index > start && rollouts[index - 1].group == rollout.group
            let prompt = rollout.promptIDs.count
            let own = rollout.tokenIDs.count - 1
            if index > start, rows + own + (sharesPrompt ? 0 : prompt) > budget {
                batches.append(start..<index)
                start = index
                rows = prompt + own
            } else {
                rows += own + (sharesPrompt ? 0 : prompt)
            }
        }
        if start < rollouts.count { batches.append(start..<rollouts.count) }
        self.batches = batches
    }
}

extension Decoder {
    /// The activations of a row for which a whole limit of rows is taken.
    private static let bytesOfRow = 32 << 10

    /// The rows of a micro-batch where the recipe names none: at most `limit`; fewer, but at least
    /// 256, for models whose activations take more than 32 KiB a row. On 135 million parameters
    /// 256 rows hold 0.8 GB less than 4096 and take some 7% more processor time. Gradient
    /// checkpointing does not enter, so that it changes no sum.
    package func microBatchTokens(atMost limit: Int) -> Int {
        let row = configuration.activationBytes(
            parameter: backend.parameterType.byteCount,
            activation: backend.activationType.byteCount)
        return min(limit, max(256, limit * Self.bytesOfRow / row))
    }
}

extension PackedTokens {
    /// The rollouts of a micro-batch, each group's prompt once.
    package init(_ rollouts: some Sequence<Rollout>) {
        self.init()
        var group: Int?
        var prompt = 0
        for rollout in rollouts {
            if rollout.group != group {
                prompt = addPrompt(rollout.promptIDs)
                group = rollout.group
            }
            addCompletion(rollout.tokenIDs, of: prompt)
        }
    }
}

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

import GRPOModels
import GRPOTensors

/// Cuts a minibatch into micro-batches: between groups wherever it can, because every micro-batch
/// that holds a part of a group computes its prompt.
package struct MicroBatchPlan {
    /// The rollouts of each micro-batch: indices into the minibatch.
    package let batches: [Range<Int>]

    /// - Parameter rollouts: sorted by group.
    package init(_ rollouts: [Rollout], _ budget: MicroBatchBudget) {
        var batches: [Range<Int>] = []
        var rows = 0
        for piece in Self.pieces(rollouts, limit: budget.limit) {
            if let last = batches.last, rows + piece.rows <= budget.rows {
                batches[batches.count - 1] = last.lowerBound..<piece.rollouts.upperBound
                rows += piece.rows
            } else {
                batches.append(piece.rollouts)
                rows = piece.rows
            }
        }
        self.batches = batches
    }

    private struct Piece {
        var rollouts: Range<Int>
        /// The prompt's and the completions'; a completion's last token is no row.
        var rows: Int
    }

    /// The groups, and those of more rows than the limit in parts.
    private static func pieces(_ rollouts: [Rollout], limit: Int) -> [Piece] {
        var pieces: [Piece] = []
        for (index, rollout) in rollouts.enumerated() {
            let own = rollout.tokenIDs.count - 1
            if let last = pieces.last, rollouts[index - 1].group == rollout.group,
                last.rows + own <= limit
            {
                pieces[pieces.count - 1] = Piece(
                    rollouts: last.rollouts.lowerBound..<index + 1, rows: last.rows + own)
            } else {
                pieces.append(
                    Piece(rollouts: index..<index + 1, rows: rollout.promptIDs.count + own))
            }
        }
        return pieces
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

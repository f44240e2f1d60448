import GRPORollouts
import GRPOTasks
import GRPOTokenizers

/// A preference pair in tokens: the prompt, and both completions with their ending. Where a single
/// completion is labelled, the other is empty.
struct PairTokens: Equatable {
    let prompt: [Int32]
    let chosen: [Int32]
    let rejected: [Int32]

    /// The completions that there are, first the chosen one, each with whether it is good.
    var sequences: [(tokens: [Int32], isGood: Bool)] {
        [(chosen, true), (rejected, false)].filter { !$0.0.isEmpty }
    }

    /// Whether each of them is good.
    var labels: [Bool] { sequences.map(\.isGood) }

    /// Tokens of all sequences, each with its prompt.
    var count: Int { sequences.count * prompt.count + chosen.count + rejected.count }

    /// Rows of a pass over the pair, its prompt once.
    var rows: Int { prompt.count + chosen.count + rejected.count }

    /// Cuts pairs into micro-batches of up to `limit` rows; a pair is never cut.
    static func batches(_ pairs: [PairTokens], limit: Int) -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var rows = 0
        for (index, pair) in pairs.enumerated() {
            if let last = batches.last, rows + pair.rows <= limit {
                batches[batches.count - 1] = last.lowerBound..<index + 1
                rows += pair.rows
            } else {
                batches.append(index..<index + 1)
                rows = pair.rows
            }
        }
        return batches
    }
}

extension PackedTokens {
    /// Every pair's completions, first the chosen one.
    init(_ pairs: ArraySlice<PairTokens>) {
        self.init()
        for pair in pairs {
            let prompt = addPrompt(pair.prompt)
            addCompletion(pair.chosen, of: prompt)
            addCompletion(pair.rejected, of: prompt)
        }
    }
}

extension PackedSequences {
    /// Every pair's sequences, first the chosen one.
    init(_ pairs: ArraySlice<PairTokens>) {
        self.init()
        for pair in pairs {
            let prompt = addPrompt(pair.prompt)
            for (tokens, _) in pair.sequences { addSequence(tokens, of: prompt) }
        }
    }
}

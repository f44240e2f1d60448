package import GRPOTensors

/// Sequences packed for one pass, and which rows predict which tokens.
package struct PackedTokens {
    package private(set) var tokens: [Int32] = []
    package private(set) var packing = Packing()
    /// The row whose hidden state predicts each target.
    package private(set) var rows: [Int32] = []
    package private(set) var targets: [Int32] = []
    /// The targets of each scored sequence.
    package private(set) var sequences: [Range<Int>] = []

    package init() {}

    /// Adds a prompt that completions can share.
    ///
    /// - Returns: its index in the packing.
    package mutating func addPrompt(_ ids: [Int32]) -> Int {
        tokens += ids
        return packing.append(length: ids.count)
    }

    /// Adds a completion of a prompt; all its tokens are targets. Its last token predicts nothing
    /// and is not computed.
    package mutating func addCompletion(_ ids: [Int32], of prompt: Int) {
        let start = packing.tokenCount
        let lastOfPrompt = packing.sequences[prompt].rows.upperBound - 1
        if ids.count > 1 {
            packing.append(length: ids.count - 1, prefix: prompt)
            tokens += ids.dropLast()
        }
        rows.append(Int32(lastOfPrompt))
        for index in 0..<(ids.count - 1) { rows.append(Int32(start + index)) }
        addTargets(ids[...])
    }

    /// Adds a text of its own; its tokens from `first` on are targets.
    ///
    /// - Parameter first: at least 1, because nothing predicts the first token.
    package mutating func addText(_ ids: [Int32], targetsFrom first: Int = 1) {
        precondition(first >= 1, "targets from token \(first), expected at least 1")
        guard ids.count > first else { return }
        let start = packing.tokenCount
        packing.append(length: ids.count - 1)
        tokens += ids.dropLast()
        for index in (first - 1)..<(ids.count - 1) { rows.append(Int32(start + index)) }
        addTargets(ids[first...])
    }

    private mutating func addTargets(_ ids: ArraySlice<Int32>) {
        sequences.append(targets.count..<targets.count + ids.count)
        targets += ids
    }
}

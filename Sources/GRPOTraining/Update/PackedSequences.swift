package import GRPOTensors

/// Whole sequences packed for one pass, and the row at which each is scored: its last token's.
package struct PackedSequences {
    package private(set) var tokens: [Int32] = []
    package private(set) var packing = Packing()
    /// The last row of every scored sequence.
    package private(set) var lastRows: [Int32] = []

    package init() {}

    /// Adds a prompt that sequences can share.
    ///
    /// - Returns: its index in the packing.
    package mutating func addPrompt(_ ids: [Int32]) -> Int {
        tokens += ids
        return packing.append(length: ids.count)
    }

    /// Adds the rest of a sequence that begins with a prompt; it may be empty.
    package mutating func addSequence(_ ids: [Int32], of prompt: Int) {
        guard !ids.isEmpty else {
            lastRows.append(Int32(packing.sequences[prompt].rows.upperBound - 1))
            return
        }
        packing.append(length: ids.count, prefix: prompt)
        tokens += ids
        lastRows.append(Int32(packing.tokenCount - 1))
    }
}

/// Sequences laid end to end in the rows of a matrix, never padded.
///
/// A sequence may name an earlier one as its *prefix*: its tokens then continue that sequence, see
/// its keys and values, and start at the position where it ends. A prompt is so stored and computed
/// once for its whole group.
package struct Packing: Sendable {
    package struct Sequence: Equatable, Sendable {
        /// The rows of the sequence.
        package let rows: Range<Int>
        /// The index of the sequence it continues.
        package let prefix: Int?
    }

    package private(set) var sequences: [Sequence] = []
    package private(set) var tokenCount = 0

    package init() {}

    /// Sequences of the given lengths, none with a prefix.
    package init(lengths: [Int]) {
        for length in lengths { append(length: length) }
    }

    /// Adds a sequence at the end and returns its index.
    ///
    /// - Parameter prefix: an earlier sequence that has no prefix itself.
    @discardableResult
    package mutating func append(length: Int, prefix: Int? = nil) -> Int {
        if let prefix {
            precondition(
                prefix < sequences.count && sequences[prefix].prefix == nil,
                "sequence \(prefix) cannot be a prefix among \(sequences.count)")
        }
        sequences.append(Sequence(rows: tokenCount..<tokenCount + length, prefix: prefix))
        tokenCount += length
        return sequences.count - 1
    }

    /// The attention of a pass over all the rows at once, keys and values beside the queries.
    package var layout: AttentionLayout {
        AttentionLayout(
            spans: sequences.map { sequence in
                let prefix = sequence.prefix.map { sequences[$0].rows } ?? 0..<0
                return AttentionSpan(
                    queryStart: sequence.rows.lowerBound, queryCount: sequence.rows.count,
                    prefixStart: prefix.lowerBound, prefixCount: prefix.count,
                    ownStart: sequence.rows.lowerBound, ownCount: sequence.rows.count)
            })
    }
}

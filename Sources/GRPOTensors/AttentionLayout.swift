/// Which rows of queries see which rows of keys.
///
/// Keys and values live in rows of one matrix: the activations of the pass in training, the cache
/// in generation. A sequence sees the rows of an optional prefix, then its own, up to and including
/// its own position. Logical position `j` of a span is row `prefixStart + j` while
/// `j < prefixCount`, else row `ownStart + j - prefixCount`.
package struct AttentionSpan: Equatable, Sendable {
    /// The span's first row of queries.
    package var queryStart: Int
    package var queryCount: Int
    /// Rows of keys shared with other sequences; may be empty.
    package var prefixStart: Int
    package var prefixCount: Int
    /// The sequence's own rows of keys, those of the queries included and last.
    package var ownStart: Int
    package var ownCount: Int

    package init(
        queryStart: Int, queryCount: Int, prefixStart: Int = 0, prefixCount: Int = 0,
        ownStart: Int, ownCount: Int
    ) {
        precondition(
            queryCount <= ownCount, "\(queryCount) queries among \(ownCount) rows of their own")
        self.queryStart = queryStart
        self.queryCount = queryCount
        self.prefixStart = prefixStart
        self.prefixCount = prefixCount
        self.ownStart = ownStart
        self.ownCount = ownCount
    }

    /// The logical position of the first query.
    package var firstPosition: Int { prefixCount + ownCount - queryCount }
}

/// The attention of one pass: its spans and the position of every query row.
package struct AttentionLayout: Sendable {
    package let spans: [AttentionSpan]
    /// The logical position of every query row, for the rotary embedding: `[tokens]`.
    package let positions: [Int32]
    /// Spans that touch common rows of keys, as ranges into `familyOrder`. Gradients of different
    /// families never meet.
    package let families: [Range<Int>]
    /// Span indices sorted by family, within a family in the order of `spans`.
    package let familyOrder: [Int]
    /// Whether keys lie in a cache, as `Backend.storeKeys` left them; else in rows beside the
    /// values.
    package var keysAreCached = false

    /// - Parameter spans: in the order of their queries, which cover rows 0..<tokens without gaps.
    package init(spans: [AttentionSpan]) {
        var positions: [Int32] = []
        for span in spans {
            precondition(
                span.queryStart == positions.count,
                "queries begin at row \(span.queryStart), expected \(positions.count)")
            for index in 0..<span.queryCount {
                positions.append(Int32(span.firstPosition + index))
            }
        }
        self.spans = spans
        self.positions = positions

        // A family is named by the first row of the prefix, which is also where the sequence that
        // serves as prefix begins.
        func family(_ index: Int) -> Int {
            spans[index].prefixCount > 0 ? spans[index].prefixStart : spans[index].ownStart
        }
        familyOrder = spans.indices.sorted {
            (family($0), $0) < (family($1), $1)
        }
        var families: [Range<Int>] = []
        var start = 0
        for end in 1...max(1, familyOrder.count) where !familyOrder.isEmpty {
            if end == familyOrder.count || family(familyOrder[end]) != family(familyOrder[start]) {
                families.append(start..<end)
                start = end
            }
        }
        self.families = families
    }

    /// The number of query rows.
    package var tokenCount: Int { positions.count }
}

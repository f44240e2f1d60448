/// Merges the tokens of one word: the pair of lowest rank first, the leftmost of equals, until no
/// pair merges. (Sennrich et al. 2016, arXiv:1508.07909, algorithm 1 applied to a new word.)
///
/// It owns the room it works in, so that encoding a text allocates once.
struct PairMerger {
    /// Up to here shifting an array beats the bookkeeping of links and a heap.
    private static let shortWord = 48

    private var ids: [Int32] = []
    private var merges: [PairTable.Merge] = []
    private var previous: [Int32] = []
    private var next: [Int32] = []
    private var heap = MinimumHeap()

    /// Appends to `result` what the tokens of `word` merge into.
    mutating func merge(
        _ word: some Sequence<Int32>, by pairs: PairTable, into result: inout [Int32]
    ) {
        ids.removeAll(keepingCapacity: true)
        ids.append(contentsOf: word)
        guard ids.count > 1 else {
            result += ids
            return
        }
        merges.removeAll(keepingCapacity: true)
        for index in 0..<ids.count - 1 { merges.append(pairs[ids[index], ids[index + 1]]) }
        if ids.count <= Self.shortWord {
            mergeShort(by: pairs)
            result += ids
        } else {
            mergeLong(by: pairs, into: &result)
        }
    }

    /// Scans for the lowest rank before each merge: O(n^2), for short words.
    private mutating func mergeShort(by pairs: PairTable) {
        while !merges.isEmpty {
            var best = 0
            for index in 1..<merges.count where merges[index] < merges[best] { best = index }
            guard merges[best] != PairTable.none else { return }
            ids[best] = Int32(truncatingIfNeeded: merges[best])
            ids.remove(at: best + 1)
            merges.remove(at: best)
            if best > 0 { merges[best - 1] = pairs[ids[best - 1], ids[best]] }
            if best < merges.count { merges[best] = pairs[ids[best], ids[best + 1]] }
        }
    }

    /// Keeps the candidates in a heap and the tokens in a linked list: O(n log n).
    private mutating func mergeLong(by pairs: PairTable, into result: inout [Int32]) {
        let count = Int32(ids.count)
        precondition(ids.count < Int(Int32.max), "a word of \(ids.count) tokens")
        previous = Array(-1..<count - 1)
        next = Array(1...count)
        merges.append(PairTable.none)
        heap.removeAll()
        for index in merges.indices { push(index) }

        while let (rank, left) = heap.popMinimum() {
            // A candidate is stale when its left token has since been merged otherwise.
            guard merges[left] != PairTable.none, UInt32(merges[left] >> 32) == rank else {
                continue
            }
            let right = Int(next[left])
            ids[left] = Int32(truncatingIfNeeded: merges[left])
            merges[right] = PairTable.none
            next[left] = next[right]
            if next[right] < count { previous[Int(next[right])] = Int32(left) }
            renew(left, by: pairs)
            if previous[left] >= 0 { renew(Int(previous[left]), by: pairs) }
        }

        var index = 0
        while index < ids.count {
            result.append(ids[index])
            index = Int(next[index])
        }
    }

    /// Looks up anew what the token at `left` and its right neighbour merge into.
    private mutating func renew(_ left: Int, by pairs: PairTable) {
        let right = Int(next[left])
        merges[left] = right < ids.count ? pairs[ids[left], ids[right]] : PairTable.none
        push(left)
    }

    private mutating func push(_ left: Int) {
        guard merges[left] != PairTable.none else { return }
        heap.push(rank: UInt32(merges[left] >> 32), position: left)
    }
}

/// Candidates ordered by rank, then position: a binary heap of `rank << 32 | position`.
private struct MinimumHeap {
    private var items: [UInt64] = []

    mutating func removeAll() { items.removeAll(keepingCapacity: true) }

    mutating func push(rank: UInt32, position: Int) {
        let item = UInt64(rank) << 32 | UInt64(position)
        var hole = items.count
        items.append(item)
        while hole > 0, items[(hole - 1) / 2] > item {
            items[hole] = items[(hole - 1) / 2]
            hole = (hole - 1) / 2
        }
        items[hole] = item
    }

    mutating func popMinimum() -> (rank: UInt32, position: Int)? {
        guard let minimum = items.first, let item = items.popLast() else { return nil }
        if !items.isEmpty {
            var hole = 0
            while true {
                var child = 2 * hole + 1
                guard child < items.count else { break }
                if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
                guard items[child] < item else { break }
                items[hole] = items[child]
                hole = child
            }
            items[hole] = item
        }
        return (UInt32(minimum >> 32), Int(minimum & 0xFFFF_FFFF))
    }
}

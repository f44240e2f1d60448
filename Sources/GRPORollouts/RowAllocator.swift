/// Hands out runs of consecutive cache rows, first fit.
package struct RowAllocator {
    /// Free runs, sorted, never touching one another.
    private var free: [Range<Int>]

    package init(_ rows: Range<Int>) {
        free = rows.isEmpty ? [] : [rows]
    }

    /// A run of `count` rows, or nil where no gap is large enough.
    package mutating func take(_ count: Int) -> Range<Int>? {
        guard count > 0 else { return 0..<0 }
        guard let index = free.firstIndex(where: { $0.count >= count }) else { return nil }
        let start = free[index].lowerBound
        if free[index].count == count {
            free.remove(at: index)
        } else {
            free[index] = start + count..<free[index].upperBound
        }
        return start..<start + count
    }

    /// Returns a run that `take` gave.
    package mutating func giveBack(_ run: Range<Int>) {
        guard !run.isEmpty else { return }
        var run = run
        var index = free.firstIndex { $0.lowerBound >= run.upperBound } ?? free.count
        if index < free.count, free[index].lowerBound == run.upperBound {
            run = run.lowerBound..<free[index].upperBound
            free.remove(at: index)
        }
        if index > 0, free[index - 1].upperBound == run.lowerBound {
            run = free[index - 1].lowerBound..<run.upperBound
            index -= 1
            free.remove(at: index)
        }
        free.insert(run, at: index)
    }
}

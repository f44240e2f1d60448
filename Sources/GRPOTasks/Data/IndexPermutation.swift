/// A shuffle of `0 ..< count` that is computed place by place: it costs no memory and no time
/// before it is used, however long the file.
///
/// A Feistel network over the smallest even number of bits that holds `count`, keyed by a seed; a
/// value that falls outside is put through again until it falls inside (cycle walking; Black and
/// Rogaway 2002, "Ciphers with arbitrary finite domains"), four times at most on average.
package struct IndexPermutation: Sendable {
    package let count: Int
    private let half: UInt64
    private let keys: [UInt64]

    /// The shuffle of a seed; `count` must be positive.
    package init(count: Int, seed: UInt64) {
        precondition(count > 0, "cannot shuffle \(count) places")
        self.count = count
        let bits = Int.bitWidth - (count - 1).leadingZeroBitCount
        half = UInt64(max(1, (bits + 1) / 2))
        var random = SplitMix64(seed: seed)
        keys = (0..<6).map { _ in random.next() }
    }

    /// Where `place` goes.
    package subscript(place: Int) -> Int {
        precondition((0..<count).contains(place), "place \(place) of a shuffle of \(count)")
        var value = UInt64(place)
        repeat { value = passed(value) } while value >= UInt64(count)
        return Int(value)
    }

    private func passed(_ value: UInt64) -> UInt64 {
        let mask = (1 << half) - 1 as UInt64
        var left = value >> half
        var right = value & mask
        for key in keys {
            (left, right) = (right, left ^ (SplitMix64.mix(right ^ key) & mask))
        }
        return left << half | right
    }
}

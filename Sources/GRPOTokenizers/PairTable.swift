/// Which pairs of tokens merge, in which order, into what.
///
/// An open-addressing table with linear probing, at most half full: one multiplication and, as a
/// rule, one cache line a lookup.
struct PairTable: Sendable {
    /// `rank << 32 | merged id`, so that comparing two merges compares their ranks.
    typealias Merge = UInt64

    /// What a pair that does not merge gives; larger than every merge.
    static let none = Merge.max

    private var keys: [UInt64]
    private var merges: [Merge]
    private let shift: UInt64

    init(capacity: Int) {
        let bits = max(4, Int.bitWidth - (2 * capacity).leadingZeroBitCount)
        keys = Array(repeating: .max, count: 1 << bits)
        merges = Array(repeating: Self.none, count: 1 << bits)
        shift = UInt64(64 - bits)
    }

    /// Enters a merge; a pair that is already there takes the new rank.
    mutating func insert(left: Int32, right: Int32, rank: Int, merged: Int32) {
        let slot = slot(of: Self.key(left, right))
        keys[slot] = Self.key(left, right)
        merges[slot] = UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merged))
    }

    @inline(__always)
    subscript(left: Int32, right: Int32) -> Merge {
        merges[slot(of: Self.key(left, right))]
    }

    /// The slot that holds the key, or the free one where it belongs.
    @inline(__always)
    private func slot(of key: UInt64) -> Int {
        // Fibonacci hashing: the high bits of a product with 2^64 / golden ratio.
        var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> shift)
        while keys[slot] != key, keys[slot] != .max { slot = (slot + 1) & (keys.count - 1) }
        return slot
    }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}

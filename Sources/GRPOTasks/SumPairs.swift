/// The pairs of operands of the sums task, and which of them are held out.
///
/// `a + b` and `b + a` share one hash, that of the text `smaller+larger`, so that a held-out sum
/// is not learned from its mirror image. With a share (`heldOut` below 1) a pair is held out
/// where its hash, read as a number in `0 ..< 1`, is below the share: for the same share a pair's
/// side does not depend on the range. With a count (1 or more) the pairs of the smallest hashes
/// are held out, ties in the order of `a`; a mirrored couple is split at most at the boundary.
package struct SumPairs: Sendable, Hashable {
    /// The largest number of pairs that are listed rather than drawn.
    package static let listingLimit = 1 << 20

    /// The values of either operand.
    package let range: ClosedRange<Int>
    /// A share below 1 or a whole count.
    package let heldOut: Double
    /// The held-out pairs where they are counted, by their code; nil with a share.
    private let counted: Set<Int>?

    package init(range: ClosedRange<Int>, heldOut: Double) {
        self.range = range
        self.heldOut = heldOut
        let pairs = range.count * range.count
        if (1...Double(pairs)).contains(heldOut), pairs <= Self.listingLimit {
            let hashes = (0..<pairs).map { code in
                (
                    Self.hash(
                        range.lowerBound + code / range.count,
                        range.lowerBound + code % range.count), code
                )
            }
            counted = Set(hashes.sorted(by: <).prefix(Int(heldOut)).map(\.1))
        } else {
            counted = nil
        }
    }

    /// Number of ordered pairs in both splits.
    package var count: Int { range.count * range.count }

    /// Whether `a + b` belongs to the test split.
    package func isHeldOut(_ a: Int, _ b: Int) -> Bool {
        if let counted {
            return counted.contains(
                (a - range.lowerBound) * range.count + (b - range.lowerBound))
        }
        return Double(Self.hash(a, b) >> 11) * 0x1p-53 < heldOut
    }

    /// Whether a split has any pair. A count says so itself; with a share the pairs are looked
    /// through in order until one is found, about 1 / share of them.
    package func hasPair(in split: Split) -> Bool {
        if let counted { return split == .test ? !counted.isEmpty : counted.count < count }
        return range.contains { a in
            range.contains { b in isHeldOut(a, b) == (split == .test) }
        }
    }

    /// A uniformly drawn pair of one split, by rejection.
    package func draw(_ split: Split, using random: inout any RandomNumberGenerator) -> (Int, Int) {
        // A share of at least 1e-4 misses ten million times with probability exp(-1000).
        for _ in 0..<10_000_000 {
            let a = random.drawInteger(in: range)
            let b = random.drawInteger(in: range)
            if isHeldOut(a, b) == (split == .test) { return (a, b) }
        }
        preconditionFailure("no pair of \(range) in split '\(split)' with held_out \(heldOut)")
    }

    /// Distinct held-out pairs in an order fixed by `seed`: all of them shuffled where there are
    /// at most `listingLimit` pairs, else drawn until ten times as many draws repeat a pair as
    /// found a new one, by when all but a few in ten thousand have been seen.
    package func heldOutPairs(limit: Int, seed: UInt64) -> [(Int, Int)] {
        guard count <= Self.listingLimit else {
            var random: any RandomNumberGenerator = SplitMix64(seed: seed)
            var seen: Set<[Int]> = []
            var pairs: [(Int, Int)] = []
            var repeats = 0
            while pairs.count < limit, repeats < 10 * (pairs.count + 100) {
                let pair = draw(.test, using: &random)
                if seen.insert([pair.0, pair.1]).inserted {
                    pairs.append(pair)
                } else {
                    repeats += 1
                }
            }
            return pairs
        }
        let key = SplitMix64.mix(seed)
        var keyed: [(key: UInt64, pair: (Int, Int))] = []
        for a in range {
            for b in range where isHeldOut(a, b) {
                keyed.append((SplitMix64.mix(StableHash.hash("\(a)+\(b)") ^ key), (a, b)))
            }
        }
        return keyed.sorted { ($0.key, $0.pair.0, $0.pair.1) < ($1.key, $1.pair.0, $1.pair.1) }
            .prefix(max(limit, 0)).map(\.pair)
    }

    private static func hash(_ a: Int, _ b: Int) -> UInt64 {
        StableHash.hash("\(min(a, b))+\(max(a, b))")
    }
}

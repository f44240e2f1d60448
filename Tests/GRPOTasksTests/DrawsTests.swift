import GRPOTasks
import Testing

@Suite struct DrawsTests {
    /// First outputs of the published generator for the seeds 0 and 1234567.
    @Test func splitMix64MatchesItsPublishedOutputs() {
        var zero = SplitMix64(seed: 0)
        #expect(zero.next() == 0xE220_A839_7B1D_CDAF)
        #expect(zero.next() == 0x6E78_9E6A_A1B9_65F4)
        var other = SplitMix64(seed: 1_234_567)
        #expect(other.next() == 6_457_827_717_110_365_317)
        #expect(other.next() == 3_203_168_211_198_807_973)
    }

    /// FNV-1a of the empty text is its offset basis, of "a" 0xAF63DC4C8601EC8C.
    @Test func stableHashIsMixedFNV1a() {
        #expect(StableHash.hash("") == SplitMix64.mix(0xCBF2_9CE4_8422_2325))
        #expect(StableHash.hash("a") == SplitMix64.mix(0xAF63_DC4C_8601_EC8C))
    }

    @Test(arguments: [1, 2, 3, 7, 10, 100])
    func integersAreUniform(bound: Int) {
        var random = SplitMix64(seed: UInt64(bound))
        let draws = 20_000
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<draws { counts[random.drawInteger(below: bound)] += 1 }
        let mean = Double(draws) / Double(bound)
        // Chi-squared has mean bound - 1 and variance 2 (bound - 1); five deviations above.
        let chi = counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
        let freedom = Double(bound - 1)
        #expect(chi <= freedom + 5 * (2 * freedom).squareRoot() + 1e-9)
    }

    /// Words that a plain multiplication would turn into an over-represented 0 are rejected.
    @Test func integersRejectTheExcess() {
        struct Fixed: RandomNumberGenerator {
            var words: [UInt64]
            mutating func next() -> UInt64 { words.removeFirst() }
        }
        // 2^64 mod 3 is 1: the word 0 (low part 0) must be skipped.
        var random = Fixed(words: [0, .max])
        #expect(random.drawInteger(below: 3) == 2)
        #expect(random.words.isEmpty)
    }

    @Test func fractionsStayBelowOne() {
        struct Largest: RandomNumberGenerator {
            mutating func next() -> UInt64 { .max }
        }
        var random = Largest()
        #expect(random.drawFraction() == 1 - 0x1p-53)
        #expect(random.drawInteger(in: -3...5) == 5)
    }
}

import Foundation
import GRPOTraining
import Testing

/// The formulas of an evaluation against values worked out with exact fractions.
@Suite struct StatisticsTests {
    @Test(
        arguments: [
            (4, 0, 2, 0), (4, 1, 2, 0.5), (4, 2, 2, 0.8333333333333334), (4, 3, 2, 1),
            (4, 4, 1, 1), (10, 3, 5, 0.9166666666666666), (16, 1, 8, 0.5),
            (64, 5, 16, 0.7754211679383546), (200, 13, 100, 0.9999194971988055),
            (64, 64, 64, 1), (5, 1, 5, 1),
        ] as [(Int, Int, Int, Double)])
    func passAtK(count: Int, right: Int, k: Int, expected: Double) {
        #expect(abs(PassAtK.estimate(right: right, of: count, k: k) - expected) < 1e-14)
    }

    /// pass@k is the share of the k-subsets of the completions that hold a right one.
    @Test func passAtKCountsSubsets() {
        for right in 0...6 {
            for k in 1...6 {
                var hits = 0
                var all = 0
                for subset in 0..<(1 << 6) where subset.nonzeroBitCount == k {
                    all += 1
                    hits += subset & ((1 << right) - 1) != 0 ? 1 : 0
                }
                let estimate = PassAtK.estimate(right: right, of: 6, k: k)
                #expect(abs(estimate - Double(hits) / Double(all)) < 1e-14, "\(right) \(k)")
            }
        }
    }

    @Test(
        arguments: [
            (0, 0, 1), (5, 5, 1), (6, 0, 0.03125), (9, 1, 0.021484375), (1, 9, 0.021484375),
            (30, 18, 0.11140289106101875), (120, 80, 0.0056851559967503055),
            (2600, 2400, 0.004883649737517518), (1500, 0, 0),
        ] as [(Int, Int, Double)])
    func signTest(wins: Int, losses: Int, expected: Double) {
        let found = SignTest.probability(wins: wins, losses: losses)
        #expect(abs(found - expected) < 1e-9 * max(expected, 1e-3))
    }

    /// 0.25 ± 1.96 √(s² / 8) of these eight differences.
    @Test func pairedDifference() {
        let interval = Interval.difference(of: [0.5, 0.25, 0, -0.25, 0.75, 0, 0.25, 0.5])
        #expect(abs(interval.lowerBound - 0.023178243535315002) < 1e-15)
        #expect(abs(interval.upperBound - 0.476821756464685) < 1e-15)
    }

    /// Where all agree: 0 of 20 has Wilson's upper bound z² / (20 + z²), in either direction.
    @Test func agreeingDifferences() {
        let none = Interval.difference(of: Array(repeating: 0, count: 20))
        #expect(abs(none.upperBound - 0.16112515805281938) < 1e-14)
        #expect(none.lowerBound == -none.upperBound)
        let all = Interval.difference(of: Array(repeating: 1, count: 20))
        #expect(all.upperBound == 1)
        #expect(abs(all.lowerBound - (1 - 0.16112515805281938)) < 1e-14)
        #expect(Interval.difference(of: []) == -1...1)
    }

    /// The mean of equal thirds is not a third in Double; the interval must not collapse.
    @Test func equalSharesThatRound() {
        let interval = Interval.mean(of: Array(repeating: 0.1, count: 3))
        #expect(interval.upperBound - interval.lowerBound > 0.3)
        #expect(interval.contains(0.1))
    }

    /// Values from 0 to 1 are taken for shares, others are not cut.
    @Test func measures() {
        #expect(Interval.measure(of: [1, 1, 1]) == Interval.mean(of: [1, 1, 1]))
        #expect(Interval.measure(of: [-2, -2]) == -2 ... -2)
        let wide = Interval.measure(of: [-1, 3])
        // The standard error of -1 and 3 is 2.
        #expect(abs(wide.lowerBound - (1 - 2 * 1.959963984540054)) < 1e-14)
        #expect(abs(wide.upperBound - (1 + 2 * 1.959963984540054)) < 1e-14)
    }
}

/// Student's t against the tables of the distribution.
@Suite struct StudentTTests {
    @Test(
        arguments: [
            (1, 12.706204736432095), (2, 4.302652729911275), (4, 2.7764451051977987),
            (9, 2.2621571627409915), (30, 2.0422724563012373), (1000, 1.9623390808264078),
        ] as [(Int, Double)])
    func criticalValues(degrees: Int, expected: Double) {
        #expect(abs(StudentT(degreesOfFreedom: degrees).critical() - expected) < 1e-8)
    }

    /// With one degree of freedom it is Cauchy's, with two it has a closed form.
    @Test(arguments: [0.1, 1, 2.5, 40])
    func closedForms(t: Double) {
        let cauchy = 1 - 2 * atan(t) / Double.pi
        #expect(abs(StudentT(degreesOfFreedom: 1).twoSided(t) - cauchy) < 1e-12)
        let two = 1 - t / (2 + t * t).squareRoot()
        #expect(abs(StudentT(degreesOfFreedom: 2).twoSided(t) - two) < 1e-12)
    }

    @Test func intervals() throws {
        let interval = try #require(StudentT.interval(of: [1, 2, 3]))
        #expect(abs(interval.lowerBound - (2 - 4.302652729911275 / 3.0.squareRoot())) < 1e-8)
        #expect(abs(interval.upperBound - (2 + 4.302652729911275 / 3.0.squareRoot())) < 1e-8)
        #expect(StudentT.interval(of: [1]) == nil)
    }
}

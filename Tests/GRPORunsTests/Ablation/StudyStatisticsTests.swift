import GRPORuns
import Testing

/// Golden values of scipy 1.17 and statsmodels 0.15.
@Suite("A study's statistics")
struct StudyStatisticsTests {
    /// `multipletests(p, method="holm")`.
    @Test(
        "Holm's correction is statsmodels'",
        arguments: [
            ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
            ([0.01, 0.04, 0.03, 0.005, 0.2], [0.04, 0.09, 0.09, 0.025, 0.2]),
            ([0.5, 0.6], [1, 1]), ([0.04], [0.04]), ([0.02, 0.02], [0.04, 0.04]), ([], []),
        ])
    func holm(probabilities: [Double], expected: [Double]) {
        let found = HolmCorrection.adjusted(probabilities)
        #expect(found.count == expected.count)
        for (one, other) in zip(found, expected) { #expect(abs(one - other) < 1e-12) }
    }

    /// `TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8)`, the effect in deviations.
    @Test("a comparison competes with those that the others leave, as Holm's procedure decides it")
    func remaining() {
        #expect(
            HolmCorrection.remaining([1e-6, 0.5, 1e-7, 0.3, 0.9, 1e-5, 0.4]).prefix(2) == [5, 4])
        #expect(HolmCorrection.remaining([0.03]) == [1])
        #expect(HolmCorrection.remaining([]) == [])
        // Below its bound it is found, above it is not, whatever the others are.
        for others in [
            [0.001, 0.02, 0.3], [0.04, 0.04, 0.04], [1e-9, 1e-9, 1e-9], [0.012, 0.016, 0.9],
        ] {
            let bound = 0.05 / Double(HolmCorrection.remaining([0.5] + others)[0])
            #expect(HolmCorrection.adjusted([bound * 0.999] + others)[0] < 0.05)
            #expect(HolmCorrection.adjusted([bound * 1.001] + others)[0] >= 0.05)
        }
    }

    @Test(
        "the detectable difference is statsmodels'",
        arguments: [
            (2, 11.549889754978167), (3, 3.264043552819638), (5, 1.6819970833232674),
            (10, 0.9960019107624178), (30, 0.5292357045238948),
        ])
    func detectable(count: Int, effect: Double) {
        let found = DetectableDifference.size(deviation: 2, count: count)
        #expect(abs(found - 2 * effect) < 1e-5 * effect, "\(found / 2)")
    }
}

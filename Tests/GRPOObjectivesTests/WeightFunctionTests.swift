import Foundation
import GRPOObjectives
import Testing

/// The surrogate of one token through the objective: its loss is `-J`.
private func surrogate(
    _ weightFunction: WeightFunction, ratio: Double, advantage: Double
) -> (value: Double, dLogProbability: Double) {
    let loss = PolicyObjective(weightFunction: weightFunction).evaluate(
        PolicyBatch(
            logProbabilities: [-1], oldLogProbabilities: [-1 - log(ratio)], sequences: [0..<1],
            advantages: .perSequence([advantage])))
    return (-loss.loss, -loss.dLogProbabilities[0])
}

struct WeightFunctionTests {
    /// low, high, ratio, then J for A = +1 and A = -1.
    @Test(arguments: [
        (0.2, 0.2, 0.5, 0.5, -0.8), (0.2, 0.2, 1.25, 1.2, -1.25), (0.2, 0.2, 1.5, 1.2, -1.5),
        (0.2, 0.28, 1.25, 1.25, -1.25), (0.2, 0.28, 1.5, 1.28, -1.5), (10, 10, 12, 11, -12),
    ])
    func goldenTable(
        low: Double, high: Double, ratio: Double, positive: Double, negative: Double
    ) {
        let clip = WeightFunction.clip(low: low, high: high)
        expectClose(
            surrogate(clip, ratio: ratio, advantage: 1).value, positive, within: 1e-12)
        expectClose(
            surrogate(clip, ratio: ratio, advantage: -1).value, negative, within: 1e-12)
    }

    @Test func aBoundTakesTheGradient() {
        let clip = WeightFunction.clip(low: 0.2, high: 0.28)
        #expect(surrogate(clip, ratio: 1.3, advantage: 2).dLogProbability == 0)
        #expect(surrogate(clip, ratio: 0.7, advantage: -2).dLogProbability == 0)
        expectClose(surrogate(clip, ratio: 1.3, advantage: -2).dLogProbability, -2.6, within: 1e-12)
        expectClose(surrogate(clip, ratio: 0.7, advantage: 2).dLogProbability, 1.4, within: 1e-12)
    }

    @Test func theTwoBoundsAreNotMixedUp() {
        let clip = WeightFunction.clip(low: 0.2, high: 0.28)
        let found = surrogate(clip, ratio: 0.75, advantage: -1)
        expectClose(found.value, -0.8, within: 1e-12)
        #expect(found.dLogProbability == 0)
        expectClose(surrogate(clip, ratio: 0.85, advantage: -1).value, -0.85, within: 1e-12)
    }

    @Test func theLowerBoundOfEpsilonTenNeverBinds() {
        let clip = WeightFunction.clip(low: 10, high: 10)
        let found = surrogate(clip, ratio: 1e-6, advantage: -1)
        expectClose(found.value, -1e-6, within: 1e-15)
        expectClose(found.dLogProbability, -1e-6, within: 1e-15)
    }

    @Test func theDualClipBoundsNegativeAdvantagesOnly() {
        let clip = WeightFunction.clip(low: 0.2, high: 0.2, dual: 3)
        let bounded = surrogate(clip, ratio: 5, advantage: -2)
        expectClose(bounded.value, -6, within: 1e-12)
        #expect(bounded.dLogProbability == 0)
        expectClose(surrogate(clip, ratio: 2.5, advantage: -2).value, -5, within: 1e-12)
        expectClose(surrogate(clip, ratio: 5, advantage: 2).value, 2.4, within: 1e-12)
    }

    @Test func cispoCapsTheWeightAndKeepsTheGradient() {
        let cispo = WeightFunction.cispo(maximum: 5)
        let capped = surrogate(cispo, ratio: 8, advantage: 2)
        expectClose(capped.dLogProbability, 10, within: 1e-12)
        expectClose(capped.value, 10 * -1, within: 1e-12)
        expectClose(surrogate(cispo, ratio: 3, advantage: -2).dLogProbability, -6, within: 1e-12)
    }

    @Test func cispoCountsCappedWeightsOfPositiveAdvantages() {
        let loss = PolicyObjective(weightFunction: .cispo(maximum: 2)).evaluate(
            PolicyBatch(
                logProbabilities: [-1, -1, -1, -1], oldLogProbabilities: [-2, -2, -1, -2],
                sequences: [0..<1, 1..<3, 3..<4], advantages: .perSequence([1, -1, 0])))
        #expect(loss.metrics.values["cispo_clip_ratio"] == 0.25)
        #expect(loss.metrics.values["clip_ratio/region_mean"] == nil)
    }

    @Test(arguments: [-1e5, -700, -21, 21, 700, 1e5])
    func extremeRatiosStayFinite(logRatio: Double) {
        for weightFunction in [
            WeightFunction.clip(low: 0.2, high: 0.2), .cispo(maximum: 5), .none,
        ] {
            for level in RatioLevel.allCases {
                for advantage in [-1.0, 1.0] {
                    let objective = PolicyObjective(
                        ratioLevel: level, weightFunction: weightFunction)
                    let loss = objective.evaluate(
                        PolicyBatch(
                            logProbabilities: [-1, -1],
                            oldLogProbabilities: [-1 - logRatio, -1 - logRatio],
                            sequences: [0..<2], advantages: .perSequence([advantage])))
                    #expect(loss.loss.isFinite)
                    #expect(loss.dLogProbabilities.allSatisfy { $0.isFinite })
                }
            }
        }
    }

    @Test func beyondTheGuardTheValueIsConstantAndTheGradientZero() {
        let found = surrogate(.none, ratio: exp(21), advantage: 1)
        expectClose(found.value / exp(20), 1, within: 1e-12)
        #expect(found.dLogProbability == 0)
    }

    @Test func theGuardIsExactInside() {
        let loss = PolicyObjective(weightFunction: .none).evaluate(
            PolicyBatch(
                logProbabilities: [-1], oldLogProbabilities: [-20.5], sequences: [0..<1],
                advantages: .perSequence([1])))
        #expect(loss.loss == -exp(19.5))
        #expect(loss.dLogProbabilities == [-exp(19.5)])
    }
}

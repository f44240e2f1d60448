import Foundation
import GRPOObjectives
import Testing

/// Rewards normalised one by one: GDPO.
struct ComponentAdvantagesTests {
    struct Golden: Sendable {
        var components: [[[Double?]?]]
        var weights: [Double]
        var advantages: [[Double]]
    }

    /// What TRL 1.16's own lines for `normalize_then_sum` make of these in float64: two rewards, a
    /// group that is the same throughout, rewards that do not apply, a completion without any, a
    /// negative weight.
    static let goldens: [Golden] = [
        Golden(
            components: [
                [[1, 1], [0, 1], [0, 0], [0, 1]], [[1, 0], [1, 0], [0, 1], [1, 1]],
            ], weights: [1.0, 0.2],
            advantages: [
                [
                    1.7356685405676988, -0.4339171351419247, -0.8678342702838494,
                    -0.4339171351419247,
                ],
                [0.35449975417304547, 0.35449975417304547, -1.439292592027857, 0.7302930836817663],
            ]),
        Golden(
            components: [
                [[1, 0.25, -0.5], [0, 0.75, -1], [1, 0.5, 0], [0, 0.125, -0.25]],
                [[0, 0.5, -0.5], [0, 0.5, -0.75], [0, 0.25, 0], [0, 1, -1]],
                [[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]],
            ], weights: [1.0, 0.5, 2.0],
            advantages: [
                [
                    0.19126296461604908, -1.8904589360517563, 2.024050874755592,
                    -0.32485490331988476,
                ],
                [0.12693163356989134, -0.6415150924401998, 1.403104893859548, -0.8885214349892394],
                [0, 0, 0, 0],
            ]),
        Golden(
            components: [
                [[1, nil], [0, nil], [1, nil], [0, nil]],
                [[nil, 0.5], [nil, -1.5], [nil, 2.5], [nil, 0.5]],
            ], weights: [1.0, 3.0],
            advantages: [
                [
                    0.41826765859259835, -0.41826765859259835, 0.41826765859259835,
                    -0.41826765859259835,
                ], [0, -1.7747580678608352, 1.7747580678608352, 0],
            ]),
        Golden(
            components: [
                [nil, [1, 0.5], [0, 0.25], [0, 1]], [[1, 0], [0, nil], [1, 1], [0, 0.5]],
            ], weights: [1.0, 1.0],
            advantages: [
                [0, 0.798889671659696, -1.2370560322448259, 0.4381663605851298],
                [-0.11426512754767193, -0.738769119813935, 1.591803367175542, -0.738769119813935],
            ]),
        Golden(
            components: [[[1, 0.3], [0, 0.1], [1, 0.7]], [[0, 0.2], [0, 0.9], [1, 0.4]]],
            weights: [0.7, -0.4],
            advantages: [
                [0.7725817964542845, -0.7219220158154416, -0.05065978063884267],
                [-0.11218783639471372, -1.3329575743308295, 1.4451454107255433],
            ]),
    ]

    @Test(arguments: goldens)
    func advantagesAreTRLs(golden: Golden) {
        let found = AdvantageEstimator().advantages(
            ofComponents: golden.components, weights: golden.weights)
        #expect(found.count == golden.advantages.count)
        for (found, expected) in zip(found, golden.advantages) {
            expectClose(found, expected, within: 1e-12)
        }
    }

    /// The paper's example: totals that are equal, though they are made of different rewards, stay
    /// apart; summed first, they would not.
    @Test func totalsThatAreEqualByChanceStayApart() {
        let group: [[Double?]?] = [[1, 0], [0, 1], [0, 0], [0, 1]]
        let estimator = AdvantageEstimator()
        let found = estimator.advantages(ofComponents: [group], weights: [1, 1])[0]
        #expect(found[0] > found[1] + 0.1)
        let summed = estimator.advantages([[1, 1, 0, 1]])[0]
        #expect(summed[0] == summed[1])
    }

    /// 0.1 three times has a mean with a rounding error, which an epsilon of 0 would blow up.
    @Test func aRewardThatIsTheSameForAllAddsExactlyNothing() {
        let estimator = AdvantageEstimator(epsilon: 0)
        let alone = estimator.advantages(ofComponents: [[[1], [0], [1]]], weights: [1])
        let beside = estimator.advantages(
            ofComponents: [[[1, 0.1], [0, 0.1], [1, 0.1]]], weights: [1, 5])
        #expect(alone == beside)
        let groups: [[[Double?]?]] = [
            [[0.1, 0.3], [0.1, 0.3], [0.1, 0.3]], [[1, 0], [0, 0], [0, 1]],
        ]
        #expect(estimator.advantages(ofComponents: groups, weights: [1, 1])[0] == [0, 0, 0])
        #expect(!estimator.hasSignal(components: groups[0], weights: [1, 1]))
        #expect(estimator.hasSignal(components: groups[1], weights: [1, 1]))
        #expect(!estimator.hasSignal(components: [[1, 0], [0, 0]], weights: [0, 1]))
    }

    @Test func whereNothingDiffersAllAreZero() {
        let groups: [[[Double?]?]] = [[[1, 2], [1, 2]], [[0, 3], [0, 3]]]
        #expect(
            AdvantageEstimator(epsilon: 0).advantages(ofComponents: groups, weights: [1, 1])
                == [[0, 0], [0, 0]])
        #expect(
            AdvantageEstimator().advantages(ofComponents: [[nil, nil], []], weights: [1])
                == [[0, 0], []])
    }

    /// FAILURES 21, 22: what cannot be graded gets 0 and shifts nobody.
    @Test func theUngradableShiftNobody() {
        let estimator = AdvantageEstimator()
        let graded: [[Double?]?] = [[1, 0.5], [0, 0.25], [0, 1]]
        let expected = estimator.advantages(ofComponents: [graded], weights: [1, 0.5])[0]
        let ungradable: [[Double?]?] = [nil, [.nan, 1], [1, .infinity], [nil, nil]]
        for bad in ungradable {
            let found = estimator.advantages(
                ofComponents: [graded + [bad]], weights: [1, 0.5])[0]
            #expect(found == expected + [0])
        }
    }

    /// FAILURES 20: groups do not shift each other's means; their order does not matter.
    @Test func groupsKeepToThemselves() {
        let groups: [[[Double?]?]] = [[[1, 0], [0, 1], [0, 0.5]], [[5, 1], [6, 1], [5, 0]]]
        let estimator = AdvantageEstimator()
        let found = estimator.advantages(ofComponents: groups, weights: [1, 1])
        let turned = estimator.advantages(ofComponents: groups.reversed(), weights: [1, 1])
        for (a, b) in zip(found, turned.reversed()) { expectClose(a, b, within: 1e-14) }
        let raised = groups.enumerated().map { index, group in
            index == 0 ? group : group.map { $0.map { row in row.map { $0.map { $0 + 100 } } } }
        }
        let shifted = estimator.advantages(ofComponents: raised, weights: [1, 1])
        for (a, b) in zip(found, shifted) { expectClose(a, b, within: 1e-11) }
    }

    @Test func aScaleOfOneRewardDoesNotDrownAnother() {
        let estimator = AdvantageEstimator(epsilon: 0)
        func advantages(_ scale: Double) -> [Double] {
            estimator.advantages(
                ofComponents: [[[scale, 0], [0, 1], [0, 0], [scale, 1]]], weights: [1, 1])[0]
        }
        expectClose(advantages(1000), advantages(1), within: 1e-12)
    }

    @Test func settingsThatContradictItAreErrors() throws {
        var settings = ObjectiveSettings()
        settings.multiObjectiveAggregation = .normalizeThenSum
        #expect(settings.problems().isEmpty)
        settings.scaleRewards = .none
        settings.advantageBaseline = .leaveOneOut
        settings.klIn = .reward
        #expect(settings.problems().map(\.key) == ["scale_rewards", "advantage_baseline", "kl_in"])
        let data = try JSONEncoder().encode(settings)
        #expect(try JSONDecoder().decode(ObjectiveSettings.self, from: data) == settings)
        #expect(String(decoding: data, as: UTF8.self).contains("\"normalize_then_sum\""))
    }
}

import Foundation
import GRPOObjectives
import Testing

struct AdvantageEstimatorTests {
    struct Golden: Sendable {
        var rewards: [Double]
        var values: [[Double]]
    }

    /// Columns: ddof 0 without epsilon, ddof 1 without, ddof 1 with 1e-4, ddof 0 with 1e-4.
    static let goldens: [Golden] = [
        Golden(
            rewards: [1, 0, 0, 0, 0, 0, 0, 0],
            values: [
                [2.645751] + rest(7, -0.377964), [2.474874] + rest(7, -0.353553),
                [2.474174] + rest(7, -0.353453), [2.644952] + rest(7, -0.377850),
            ]),
        Golden(
            rewards: [1, 1, 1, 1, 0, 0, 0, 0],
            values: [1, 0.935414, 0.935239, 0.999800].map { rest(4, $0) + rest(4, -$0) }),
        Golden(
            rewards: [1, 1, 1, 1, 1, 1, 1, 0],
            values: [
                rest(7, 0.377964) + [-2.645751], rest(7, 0.353553) + [-2.474874],
                rest(7, 0.353453) + [-2.474174], rest(7, 0.377850) + [-2.644952],
            ]),
        Golden(
            rewards: [0, 1], values: [1, 0.707107, 0.707007, 0.999800].map { [-$0, $0] }),
        Golden(
            rewards: [1.1, 0.1, 0.1, 0],
            values: [
                [1.724886, -0.500773, -0.500773, -0.723339],
                [1.493795, -0.433682, -0.433682, -0.626430],
                [1.493507, -0.433599, -0.433599, -0.626310],
                [1.724502, -0.500662, -0.500662, -0.723178],
            ]),
    ]

    static func rest(_ count: Int, _ value: Double) -> [Double] {
        [Double](repeating: value, count: count)
    }

    @Test(arguments: goldens)
    func goldenTable(golden: Golden) {
        let columns = [(0, 0.0), (1, 0.0), (1, 1e-4), (0, 1e-4)]
        for ((ddof, epsilon), expected) in zip(columns, golden.values) {
            let estimator = AdvantageEstimator(ddof: ddof, epsilon: epsilon)
            expectClose(
                estimator.advantages([golden.rewards])[0], expected, within: 0.5e-6 + 1e-12)
        }
    }

    @Test func closedForms() {
        let plain = AdvantageEstimator(ddof: 0, epsilon: 0)
        let half = 0.5.squareRoot()
        expectClose(
            plain.advantages([[1, 1, 2]])[0], [-half, -half, 2.0.squareRoot()], within: 1e-12)
        expectClose(plain.advantages([[1, 0]])[0], [1, -1], within: 1e-12)
        expectClose(plain.advantages([[1, -1]])[0], [1, -1], within: 1e-12)
        expectClose(
            AdvantageEstimator(ddof: 1, epsilon: 0).advantages([[1, 0, 0, 0, 0, 0, 0, 0]])[0],
            [7 / 8.0.squareRoot()] + Self.rest(7, -1 / 8.0.squareRoot()), within: 1e-12)
    }

    @Test func formatBonusFillsTheSignalWhereNothingIsRight() {
        let rewards: [[Double?]] = [[0.1, 0.1, 0.1, 0]]
        let third = 1 / 3.0.squareRoot()
        expectClose(
            AdvantageEstimator(ddof: 0, epsilon: 0).advantages(rewards)[0],
            [third, third, third, -3.0.squareRoot()], within: 1e-12)
        expectClose(
            AdvantageEstimator(scale: .none).advantages(rewards)[0],
            [0.025, 0.025, 0.025, -0.075], within: 1e-12)
    }

    @Test func leaveOneOutSubtractsTheMeanOfTheOthers() {
        let estimator = AdvantageEstimator(baseline: .leaveOneOut, scale: .none)
        expectClose(
            estimator.advantages([[1, 2, 6]])[0], [1 - 4, 2 - 3.5, 6 - 1.5], within: 1e-12)
        #expect(estimator.advantages([[5]]) == [[0]])
        #expect(estimator.advantages([[5, nil]]) == [[0, 0]])
    }

    @Test func withoutBaselineTheRewardItselfPulls() {
        let estimator = AdvantageEstimator(baseline: .none, scale: .none)
        #expect(estimator.advantages([[1, 0.5], [2, 2]]) == [[1, 0.5], [2, 2]])
        #expect(estimator.hasSignal([2, 2]))
        #expect(!estimator.hasSignal([0, 0, nil]))
        // No spread to divide by: the value stays, it is not blown up by 1 / epsilon.
        let scaled = AdvantageEstimator(baseline: .none, scale: .group)
        #expect(scaled.advantages([[2, 2]]) == [[2, 2]])
    }

    @Test func batchScaleDividesByTheSpreadOfAllRewards() {
        let rewards: [[Double?]] = [[0, 1], [3, 3], [nil, 4]]
        // Graded: 0 1 3 3 4, mean 2.2, squares 4.84 + 1.44 + 0.64 + 0.64 + 3.24 = 10.8.
        let spread = (10.8 / 4).squareRoot() + 1e-4
        let found = AdvantageEstimator(scale: .batch).advantages(rewards)
        expectClose(found[0], [-0.5 / spread, 0.5 / spread], within: 1e-12)
        #expect(found[1] == [0, 0])
        #expect(found[2] == [0, 0])
    }

    // Group statistics are the group's own.

    @Test(arguments: AdvantageEstimator.Scale.allCases, AdvantageEstimator.Baseline.allCases)
    func permutingGroupsPermutesAdvantages(
        scale: AdvantageEstimator.Scale, baseline: AdvantageEstimator.Baseline
    ) {
        let estimator = AdvantageEstimator(baseline: baseline, scale: scale)
        let groups: [[Double?]] = [[1, 0, 0.2], [0.3, 0.3, 0.3], [0, nil, 1, 1]]
        let order = [2, 0, 1]
        let found = estimator.advantages(order.map { groups[$0] })
        let expected = estimator.advantages(groups)
        for (place, index) in order.enumerated() {
            expectClose(found[place], expected[index], within: 1e-14)
        }
    }

    @Test func changingOneGroupLeavesTheOthersAlone() {
        for scale in [AdvantageEstimator.Scale.group, .none] {
            let estimator = AdvantageEstimator(scale: scale)
            let before = estimator.advantages([[1, 0, 0.2], [0, 1, 1]])
            let after = estimator.advantages([[1, 0, 0.2], [0, 9, 1]])
            #expect(before[0] == after[0])
            #expect(before[1] != after[1])
        }
    }

    // The standard deviation's guard.

    @Test(arguments: [0.35, 0.1, 1e9 / 3, -0.7], [1, 2, 3, 7, 8, 64])
    func equalRewardsGiveExactlyZero(reward: Double, count: Int) {
        let group = [Double?](repeating: reward, count: count)
        for baseline in [AdvantageEstimator.Baseline.mean, .leaveOneOut] {
            for scale in AdvantageEstimator.Scale.allCases {
                let estimator = AdvantageEstimator(baseline: baseline, scale: scale, epsilon: 0)
                #expect(estimator.advantages([group, [0, 1]])[0].allSatisfy { $0 == 0 })
                #expect(!estimator.hasSignal(group))
            }
        }
    }

    @Test func oneRightAmongSevenEqualRewardsHasNoResidue() {
        let rewards = [Double](repeating: 0.35, count: 7) + [1.0]
        let found = AdvantageEstimator(epsilon: 0).advantages([rewards])[0]
        let root = 8.0.squareRoot()
        expectClose(found, Self.rest(7, -1 / root) + [7 / root], within: 1e-12)
        let offset = AdvantageEstimator(epsilon: 0).advantages([rewards.map { $0 + 1e6 }])[0]
        expectClose(offset, found, within: 1e-8)
    }

    @Test(arguments: [nil, Double.nan, .infinity, -.infinity] as [Double?])
    func ungradableCompletionsDoNotShiftTheirSiblings(ungradable: Double?) {
        for scale in AdvantageEstimator.Scale.allCases {
            for baseline in AdvantageEstimator.Baseline.allCases {
                let estimator = AdvantageEstimator(baseline: baseline, scale: scale)
                let with = estimator.advantages([[1, ungradable, 0, 0.5], [0, 1]])
                let without = estimator.advantages([[1, 0, 0.5], [0, 1]])
                #expect(with[0] == [without[0][0], 0, without[0][1], without[0][2]])
                #expect(with[1] == without[1])
            }
        }
    }

    @Test func aGroupWithoutGradedRewardsIsUniform() {
        #expect(AdvantageEstimator().advantages([[nil, .nan], []]) == [[0, 0], []])
        #expect(AdvantageEstimator.isUniform([nil, nil]))
        #expect(AdvantageEstimator.isUniform([0.3, nil, 0.3]))
        #expect(!AdvantageEstimator.isUniform([0.3, nil, 0.4]))
    }

    @Test func aSecondPassIsIdempotentOnlyWithoutEpsilon() {
        let rewards: [[Double?]] = [[1, 0, 0.2, 0.9]]
        let exact = AdvantageEstimator(epsilon: 0)
        let once = exact.advantages(rewards)
        expectClose(exact.advantages(once)[0], once[0], within: 1e-12)
        let guarded = AdvantageEstimator(epsilon: 1e-4)
        let first = guarded.advantages(rewards)[0]
        let second = guarded.advantages([first])[0]
        #expect(abs(second[0] - first[0]) > 1e-5)
    }
}

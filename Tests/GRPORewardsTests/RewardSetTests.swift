import Foundation
import GRPORewards
import GRPOTasks
import Testing

@Suite struct RewardSetTests {
    private let texts = [
        "<think>7+8=15 5+6+1=12</think><answer>125</answer>",
        "<think>57+68</think><answer>115</answer>", "<answer>125</answer>", "125",
    ]

    /// FAILURES row 35: the reported reward carries the weights, the components do not.
    @Test func totalsCarryTheWeightsAndComponentsDoNot() async throws {
        let set = RewardSet([RewardTerm(AccuracyReward()), RewardTerm(FormatReward(), weight: 0.2)])
        let rewards = try await set.rewards(for: group(texts))
        #expect(rewards.totals == [.value(1.2), .value(0.2), .value(1), .value(0)])
        #expect(rewards["accuracy"]?.values == [1, 0, 1, 0])
        #expect(rewards["format"]?.values == [1, 1, 0, 0])
        #expect(rewards.ungradableCount == 0)
    }

    @Test func aGateCountsOnlyWhereItsRewardIsAboveZero() async throws {
        let set = RewardSet([
            RewardTerm(FormatReward(), weight: 0.2, when: "accuracy"), RewardTerm(AccuracyReward()),
        ])
        let rewards = try await set.rewards(for: group(texts))
        #expect(rewards.totals == [.value(1.2), .value(0), .value(1), .value(0)])
        #expect(rewards["format"]?.values == [1, 1, 0, 0], "the logged value is the raw one")

        let signs = RewardSet([
            RewardTerm(Fixed<First>([1, 1, 1])),
            RewardTerm(Fixed<Second>([-1, 0, 0.001]), weight: 0),
        ])
        let gated = RewardSet([
            RewardTerm(Fixed<First>([1, 1, 1]), when: "second"), signs.terms[1],
        ])
        #expect(
            try await signs.rewards(for: group(["a", "b", "c"])).totals
                == [.value(1), .value(1), .value(1)])
        #expect(
            try await gated.rewards(for: group(["a", "b", "c"])).totals
                == [.value(0), .value(0), .value(1)])
    }

    @Test func anUngradableComponentMakesTheTotalUngradable() async throws {
        let set = RewardSet([
            RewardTerm(Fixed<First>([1, nil, .nan, .infinity, 2])),
            RewardTerm(Fixed<Second>([1, 1, 1, 1, nil]), weight: 0),
        ])
        let rewards = try await set.rewards(for: group(["a", "b", "c", "d", "e"]))
        #expect(
            rewards.totals == [
                .value(1), .ungradable(reason: "first: no score"),
                .ungradable(
                    reason: "first: the reward is nan, expected at most 1000000.0 in magnitude"),
                .ungradable(
                    reason: "first: the reward is inf, expected at most 1000000.0 in magnitude"),
                .value(2),
            ])
        #expect(rewards.ungradableCount == 3)
        #expect(rewards["first"]?.ungradableCount == 3)
        #expect(rewards["first"]?.values == [1, 2])
        #expect(rewards["second"]?.ungradableCount == 1)
    }

    /// One score of 1e308 makes the mean of its group infinite, one of 1e200 its variance.
    @Test(arguments: [1e308, -1e200, 1_000_000.5])
    func aScoreThatWouldDrownItsGroupIsUngradable(_ score: Double) async throws {
        let alone = RewardSet([RewardTerm(Fixed<First>([score, 1]))])
        let weighted = RewardSet([RewardTerm(Fixed<First>([score / 1e303, 1]), weight: 1e303)])
        for set in [alone, weighted] {
            let totals = try await set.rewards(for: group(["a", "b"])).totals
            guard case .ungradable = totals[0] else {
                Issue.record("\(totals)")
                return
            }
        }
    }

    @Test func anUngradableGateMakesTheTotalUngradable() async throws {
        let set = RewardSet([
            RewardTerm(Fixed<First>([1, 1]), when: "second"),
            RewardTerm(Fixed<Second>([nil, 1]), weight: 0),
        ])
        let rewards = try await set.rewards(for: group(["a", "b"]))
        #expect(rewards.totals == [.ungradable(reason: "second: no score"), .value(1)])
    }

    @Test func aWrongNumberOfScoresIsAnError() async {
        let set = RewardSet([RewardTerm(Fixed<First>([1]))])
        await #expect(
            throws: RewardError.wrongCount(
                name: "first", problem: "57+68", expected: 2, found: 1)
        ) { try await set.rewards(for: group(["a", "b"])) }
    }

    @Test func allBadSettingsAreListed() {
        let set = RewardSet([
            RewardTerm(AccuracyReward(), weight: .constant(.nan), when: "accuracy"),
            RewardTerm(FormatReward(), when: "acuracy"), RewardTerm(AccuracyReward()),
            RewardTerm(RandomReward(probability: 2)),
        ])
        #expect(
            set.problems().map(\.key) == [
                "0.accuracy.weight", "0.accuracy.when", "format.when", "2.accuracy",
                "random.probability",
            ])
        #expect(RewardSet([]).problems().count == 1)
        #expect(RewardSet([RewardTerm(AccuracyReward())]).problems().isEmpty)
    }

    /// One mapping holds the term's keys and the function's, with an explicit null for no gate.
    @Test func termsRoundTripThroughOneMapping() throws {
        let term = RewardTerm(FormatReward(promptOpensThought: true), weight: 0.2, when: "accuracy")
        let data = try JSONEncoder().encode(term)
        let read = try JSONDecoder().decode(Read<FormatReward>.self, from: data).term
        #expect(read.settings == term.settings)
        #expect(read.function as? FormatReward == FormatReward(promptOpensThought: true))

        let defaults = try #require(
            JSONSerialization.jsonObject(
                with: JSONEncoder().encode(RewardTerm(FormatReward()))) as? [String: Any])
        #expect(
            defaults.keys.sorted()
                == [
                    "allow_blank_thought", "layout", "name", "prompt_opens_thought", "weight",
                    "when",
                ])
        #expect(defaults["when"] is NSNull)
        #expect(defaults["name"] is NSNull)
        let plain = try JSONEncoder().encode(RewardTerm(AccuracyReward()))
        #expect(
            try JSONDecoder().decode(Read<AccuracyReward>.self, from: plain).term.settings
                == RewardTerm.Settings())
    }

    private struct Read<Function: RewardFunction>: Decodable {
        let term: RewardTerm

        init(from decoder: any Decoder) throws {
            term = try RewardTerm(Function.self, from: decoder)
        }
    }
}

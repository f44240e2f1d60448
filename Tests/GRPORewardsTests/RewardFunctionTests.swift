import Foundation
import GRPORewards
import GRPOTasks
import Testing

@Suite struct RewardFunctionTests {
    @Test func accuracyFollowsTheVerifier() async throws {
        let scores = try await AccuracyReward().scores(
            for: group(["<answer>125</answer>", "<answer>115</answer>", "125", ""]))
        #expect(scores == [.value(1), .value(0), .value(0), .value(0)])
    }

    @Test func accuracyOfABrokenProblemIsUngradableNotZero() async throws {
        let scores = try await AccuracyReward().scores(
            for: group(["<answer>125</answer>"], answer: "?"))
        #expect(scores[0].value == nil)
    }

    @Test func randomRewardBelongsToTheSeed() async throws {
        let texts = [String](repeating: "x", count: 64)
        let reward = RandomReward()
        let first = try await reward.scores(for: group(texts, seed: 1))
        let again = try await reward.scores(
            for: group([String](repeating: "<answer>125</answer>", count: 64), step: 9, seed: 1))
        let other = try await reward.scores(for: group(texts, seed: 2))
        #expect(first == again)
        #expect(first != other)
    }

    @Test(arguments: [0, 0.25, 0.5, 1])
    func randomRewardHasItsProbability(probability: Double) async throws {
        let reward = RandomReward(probability: probability)
        var sum = 0.0
        for seed in 0..<500 {
            let scores = try await reward.scores(
                for: group([String](repeating: "x", count: 16), seed: UInt64(seed)))
            sum += scores.compactMap(\.value).reduce(0, +)
        }
        let deviation = (8_000 * probability * (1 - probability)).squareRoot()
        #expect(abs(sum - 8_000 * probability) <= 5 * deviation)
        #expect(RandomReward(probability: 1.5).problems().map(\.key) == ["probability"])
    }

    @Test func registryKnowsBuiltInAndAddedRewards() {
        let registry = RewardRegistry.rewards(adding: [Fixed<First>.self])
        #expect(
            registry.names == [
                "accuracy", "brief_and_polite", "code_execution", "command", "cosine", "first",
                "format", "graded_accuracy", "http", "json", "judge", "language_consistency",
                "length", "length_budget", "random", "readability", "reasoning_steps",
                "repetition_penalty", "soft_overlong_punishment", "tag_count",
            ])
        for name in registry.names {
            #expect(registry[name]?.name == name)
            // Whom to ask, nobody but the recipe can say.
            let missing = ["command": ["run"], "http": ["url"], "judge": ["url", "model"]][name]
            #expect(registry[name]?.init().problems().map(\.key) == missing ?? [])
        }
        #expect(registry["formatt"] == nil)
    }
}

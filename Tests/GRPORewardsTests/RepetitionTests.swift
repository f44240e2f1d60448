import GRPORewards
import GRPOTasks
import Testing

struct RepetitionTests {
    /// TRL's published values, over token ids, for a penalty of -1.
    @Test(arguments: [
        ([5, 5, 5, 5, 5], 2, 0.75), ([1, 2, 1, 2, 1, 2], 2, 0.6), ([1, 2, 3, 1, 2, 3], 2, 0.4),
        ([1, 2, 3, 1, 2, 3], 3, 0.25), ([1, 2, 3, 4], 2, 0), ([1], 2, 0), ([], 1, 0),
    ])
    func valuesOfTRL(ids: [Int], size: Int, expected: Double) {
        #expect(abs(Repetition.share(of: ids, size: size) - expected) < 1e-12)
    }

    /// The values of open-r1's own tests, over words.
    @Test(arguments: [
        ("this is a test sentence", 2, -1.0, 0.0), ("this this this this this", 2, -1, -0.75),
        ("this is a this is a test", 2, -1, -0.3333), ("test test test test", 3, -0.5, -0.25),
        ("word word word word", 3, -1, -0.5), ("one two one two", 3, -1, 0),
        ("A B C A B", 3, -0.5, 0), ("A B C A B C", 3, -1, -0.25),
        ("A B C A B C E F G A B C A B C", 3, -1, -0.3846), ("", 3, -1, 0), ("word", 3, -1, 0),
        ("This THIS this", 1, -1, -0.6667),
    ])
    func valuesOfOpenR1(text: String, size: Int, most: Double, expected: Double) {
        let reward = RepetitionPenaltyReward(ngramSize: size, maxPenalty: most)
        #expect(abs(reward.penalty(of: text) - expected) < 5e-5)
    }

    @Test func itIsNeverMinusZero() {
        #expect(RepetitionPenaltyReward().penalty(of: "a b c d").sign == .plus)
    }

    @Test func scriptsWithoutSpacesAreCutIntoCharacters() {
        #expect(Repetition.words(of: "Ab 你好 c") == ["ab", "你", "好", "c"])
        #expect(RepetitionPenaltyReward().penalty(of: "好好好好") == -0.5)
    }

    @Test func settingsOutOfRange() {
        #expect(RepetitionPenaltyReward().problems().isEmpty)
        #expect(
            RepetitionPenaltyReward(ngramSize: 0, maxPenalty: 0.5).problems().map(\.key)
                == ["ngram_size", "max_penalty"])
    }

    @Test(arguments: ["repetition_penalty", "readability"])
    func recipesCanNameIt(name: String) {
        #expect(RewardRegistry.rewards()[name] != nil)
    }
}

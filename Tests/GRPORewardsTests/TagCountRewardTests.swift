import GRPORewards
import Testing

@Suite struct TagCountRewardTests {
    /// The values that open-r1 publishes for its function.
    @Test(arguments: [
        ("<think>\nSome thought\n</think>\n<answer>\n4\n</answer>", 1.0),
        ("Some thought\n</think>\n<answer>\n4\n</answer>", 0.75),
        ("<think>\nSome thought\n<answer>\n4\n</answer>", 0.75),
        ("<think>\nSome thought\n</think>\n4\n</answer>", 0.75),
        ("<think>\nSome thought\n</think>\n<answer>\n4", 0.75),
        ("Some thought and 4", 0), ("", 0),
    ])
    func publishedValues(text: String, expected: Double) {
        #expect(TagCountReward().share(of: text) == expected)
    }

    @Test func aTagStuffedTwiceEarnsNothing() {
        let text = "<think>\n<think>\na\n</think>\n<answer>\nb\n</answer>"
        #expect(TagCountReward().share(of: text) == 0.75)
    }

    @Test func lineFeedsCanBeWaived() {
        let text = "<think>a</think><answer>b</answer>"
        #expect(TagCountReward().share(of: text) == 0)
        #expect(TagCountReward(lineFeeds: false).share(of: text) == 1)
    }
}

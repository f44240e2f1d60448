import GRPORewards
import Testing

@Suite struct ReasoningStepsRewardTests {
    /// The values of open-r1's own tests.
    @Test(arguments: [
        ("Step 1: First step\nStep 2: Second step\nStep 3: Third step", 1.0),
        ("First, we do this.\nSecond, we do that.\nFinally, we conclude.", 1.0),
        ("Step 1: Only step", 0.333_333_333_333),
        ("First, we do this.\nFinally, we conclude.", 0.666_666_666_667),
        ("Just plain text without any clear steps", 0.0),
    ])
    func valuesOfOpenR1(text: String, expected: Double) {
        #expect(abs(ReasoningStepsReward().share(of: text) - expected) < 1e-11)
    }

    @Test(arguments: [
        ("1. a\n2. b\n12. c", 3), ("a\n- b\n* c\n-d", 3), ("- not after a line", 0),
        ("in 2024. or 1.5", 0), ("3.5 at the beginning", 1), ("Step : none, Step 4 none", 0),
        ("Step 12: a Step 3: b", 2), ("first, second, next", 0), ("Next,Next,", 2), ("", 0),
        ("11111", 0), ("Step 1", 0), ("\n", 0), ("1. First, a", 2),
    ])
    func marks(text: String, count: Int) {
        #expect(ReasoningStepsReward.marks(in: text) == count)
    }

    @Test func moreThanAllEarnsNoMoreAndTheNumberIsAnOption() {
        let many = String(repeating: "Step 1: ", count: 100)
        #expect(ReasoningStepsReward().share(of: many) == 1)
        #expect(ReasoningStepsReward(steps: 200).share(of: many) == 0.5)
        #expect(ReasoningStepsReward(steps: 0).problems().map(\.key) == ["steps"])
    }
}

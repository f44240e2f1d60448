import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

struct PackedTokensTests {
    /// FAILURES 16: by hand, which row predicts which token.
    @Test func completionsOfAPrompt() {
        var packed = PackedTokens()
        let prompt = packed.addPrompt([5, 6, 7])
        packed.addCompletion([1, 2, 3], of: prompt)
        packed.addCompletion([4], of: prompt)
        packed.addCompletion([8, 9], of: prompt)
        #expect(packed.tokens == [5, 6, 7, 1, 2, 8])
        #expect(packed.rows == [2, 3, 4, 2, 2, 5])
        #expect(packed.targets == [1, 2, 3, 4, 8, 9])
        #expect(packed.sequences == [0..<3, 3..<4, 4..<6])
        #expect(packed.packing.layout.positions == [0, 1, 2, 3, 4, 3])
        #expect(packed.packing.tokenCount == 6)
    }

    @Test func textsOfTheirOwn() {
        var packed = PackedTokens()
        packed.addText([5, 6, 7])
        packed.addText([1])
        packed.addText([8, 9])
        #expect(packed.tokens == [5, 6, 8])
        #expect(packed.rows == [0, 1, 2])
        #expect(packed.targets == [6, 7, 9])
        #expect(packed.sequences == [0..<2, 2..<3])
    }

    @Test func aPromptIsPackedOncePerGroup() {
        let rollouts = DrawnRollouts.make(groups: 2)
        let packed = PackedTokens(rollouts)
        let own = rollouts.reduce(0) { $0 + $1.tokenIDs.count - 1 }
        let prompts = rollouts[0].promptIDs.count + rollouts[3].promptIDs.count
        #expect(packed.tokens.count == own + prompts)
        #expect(packed.targets == rollouts.flatMap(\.tokenIDs))
        #expect(packed.sequences.map(\.count) == rollouts.map(\.tokenIDs.count))
    }

    /// FAILURES 9 and 25: the trainer's numbers of sampled tokens, whatever is packed with them.
    @Test(arguments: TestBackend.exact)
    func scoresDoNotDependOnThePacking(kind: TestBackend) {
        let decoder = DrawnRollouts.policy(on: kind.make())
        let rollouts = DrawnRollouts.make()
        let together = decoder.score(PackedTokens(rollouts), temperature: 0.8)
        let alone = rollouts.flatMap {
            decoder.score(PackedTokens([$0]), temperature: 0.8).logProbabilities
        }
        #expect(together.logProbabilities == alone)
    }
}

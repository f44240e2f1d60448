import Foundation
import GRPOTasks
import Testing

@Suite struct LittleWorldPairsTests {
    private func pairs(_ source: LittleWorldPairs, _ count: Int, seed: UInt64 = 0)
        -> [PreferencePair]
    {
        var random: any RandomNumberGenerator = SplitMix64(seed: seed)
        return (0..<count).map { source.pair($0, using: &random) }
    }

    private func scores(_ pair: PreferencePair) -> (chosen: Double, rejected: Double) {
        let problem = LittleWorldEverydayTests.problem(pair.prompt)
        let rule = BriefAndPolite()
        return (
            rule.score(of: pair.chosen, to: problem)!, rule.score(of: pair.rejected, to: problem)!
        )
    }

    @Test func theChosenReplyScoresHigher() {
        for pair in pairs(LittleWorldPairs(), 3_000) {
            let (chosen, rejected) = scores(pair)
            #expect(chosen > rejected)
        }
    }

    @Test func noiseSwapsItsShareOfThePairs() {
        let swapped = pairs(LittleWorldPairs(noise: 0.2), 5_000).count { pair in
            let (chosen, rejected) = scores(pair)
            return chosen < rejected
        }
        #expect((860...1_140).contains(swapped))
    }

    @Test func pairsDifferInTheirAnswersAlone() {
        for pair in pairs(LittleWorldPairs(), 1_000) {
            func thought(_ text: String) -> Substring {
                text.prefix(upTo: text.range(of: "<answer>")!.lowerBound)
            }
            #expect(thought(pair.chosen) == thought(pair.rejected))
            #expect(pair.chosen != pair.rejected)
            #expect(pair.messages == nil)
        }
    }

    @Test func theShareOfFlawedPairsIsThatOfTheOption() {
        // Without flaws two styles stand against each other, so the worse one is to the point.
        func earningNothing(_ flawed: Double) -> Int {
            pairs(LittleWorldPairs(flawed: flawed), 5_000).count { scores($0).rejected == 0 }
        }
        #expect(earningNothing(1) == 5_000)
        // Three of the five contrasts have the curt and long reply as the worse one.
        #expect((2_820...3_180).contains(earningNothing(0)))
    }

    @Test func heldOutPairsAreDistinctAndNeverTrained() {
        let source = LittleWorldPairs(noise: 0.3)
        let held = source.testPairs(limit: .max)
        #expect(held.count == EverydayRequest.all(in: .english).count { $0.isHeldOut(0.1) })
        #expect(Set(held).count == held.count)
        #expect(source.testPairs(limit: 10) == Array(held.prefix(10)))
        #expect(source.testPairs(limit: 0).isEmpty)
        for pair in held {
            let (chosen, rejected) = scores(pair)
            #expect(chosen > rejected, "held-out pairs are without noise")
        }
        let prompts = Set(held.map(\.prompt))
        #expect(Set(pairs(source, 10_000).map(\.prompt)).isDisjoint(with: prompts))
    }

    @Test func pairsAreAFunctionOfTheGenerator() {
        let source = LittleWorldPairs()
        #expect(pairs(source, 50, seed: 4) == pairs(source, 50, seed: 4))
        #expect(pairs(source, 50, seed: 4) != pairs(source, 50, seed: 5))
        #expect(source.pairCount() == nil)
    }

    @Test func pairsStayWithinTheAlphabet() {
        let alphabet = Set(LittleWorldPairs().alphabet)
        for pair in pairs(LittleWorldPairs(), 3_000) {
            #expect(alphabet.isSuperset(of: pair.prompt + pair.chosen + pair.rejected))
        }
    }

    @Test func badOptionsAreListedAndOptionsRoundTrip() throws {
        let bad = LittleWorldPairs(world: LittleWorld(digits: 0), flawed: 2, noise: 0.5)
        #expect(bad.problems().map(\.key) == ["world.digits", "flawed", "noise"])
        #expect(LittleWorldPairs().problems().isEmpty)
        let source = LittleWorldPairs(world: LittleWorld(german: 1), flawed: 0.25, noise: 0.125)
        let data = try JSONEncoder().encode(source)
        #expect(try JSONDecoder().decode(LittleWorldPairs.self, from: data) == source)
        let empty = Data("{}".utf8)
        #expect(try JSONDecoder().decode(LittleWorldPairs.self, from: empty) == LittleWorldPairs())
    }
}

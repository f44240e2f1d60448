import Foundation
import GRPOTasks
import Testing

@Suite struct SumsTests {
    private let sums = Sums()

    @Test func defaultProblemIsThePlainQuestion() {
        let problem = sums.problem(57, 68)
        #expect(problem.prompt == "Q:57+68=?")
        #expect(problem.answer == "125")
        #expect(problem.id == "57+68")
        #expect(sums.problems().isEmpty)
    }

    @Test(arguments: [
        ("<think>7+8=15 5+6+1=12</think><answer>125</answer>", Verdict.right),
        ("<answer> 125 </answer>", .right),
        ("125", .wrong), ("<answer>125", .wrong), ("<answer>0125</answer>", .wrong),
        ("<answer>+125</answer>", .wrong), ("<answer>125.0</answer>", .wrong),
        ("<answer>124 125</answer>", .wrong), ("<answer>１２５</answer>", .wrong),
        ("<think><answer>125</answer></think>", .wrong), ("", .wrong),
        ("<answer>125</answer><answer>115</answer>", .wrong),
        ("<answer>125\u{301}</answer>", .wrong),
    ])
    func verdictWithTags(text: String, expected: Verdict) {
        #expect(sums.verify(text, sums.problem(57, 68)) == expected)
    }

    @Test(arguments: [
        ("12 + 15 = 27", Verdict.right), ("The answer is 27.", .right), ("27 or 28", .wrong),
        ("twenty-seven", .wrong), ("-27", .wrong),
        ("<think>28?</think> It is 27.", .right), ("<think>12 + 15 = 27", .wrong),
    ])
    func verdictByLastNumber(text: String, expected: Verdict) {
        let task = Sums(
            minimum: 1, maximum: 20, question: "What is {a} + {b}?", answer: .lastNumber,
            heldOut: 100)
        let problem = task.problem(12, 15)
        #expect(problem.prompt == "What is 12 + 15?")
        #expect(task.verify(text, problem) == expected)
    }

    /// A vote is what the verifier reads: no number outside the tags, nothing but a number inside.
    @Test(arguments: [
        ("<answer>125</answer>", "125"), ("<think>7</think><answer> 12 </answer>", "12"),
        ("<answer>-3</answer>", "-3"), ("it is 125", nil), ("<answer>125", nil),
        ("<answer></answer>", nil), ("<answer>0125</answer>", nil),
        ("<answer>124 125</answer>", nil), ("<answer>many</answer>", nil),
    ])
    func answers(text: String, expected: String?) {
        #expect(sums.answer(in: text, to: sums.problem(57, 68)) == expected)
    }

    @Test func theLastNumberIsAVoteWhereItIsTheAnswer() {
        let task = Sums(answer: .lastNumber)
        #expect(task.answer(in: "12 + 15 = 27", to: task.problem(12, 15)) == "27")
        #expect(task.answer(in: "twenty-seven", to: task.problem(12, 15)) == nil)
    }

    @Test func everyPairBelongsToOneSplitOfItsOwnRange() {
        for problem in sums.testProblems(limit: 50, seed: 0) {
            #expect(sums.contains(problem, in: .test) == true)
            #expect(sums.contains(problem, in: .train) == false)
            #expect(Sums(digits: 3).contains(problem, in: .test) == false)
            #expect(Sums(digits: 3).contains(problem, in: .train) == false)
        }
        #expect(sums.contains(Problem(id: "x", prompt: "Q", answer: "1"), in: .train) == nil)
    }

    /// A million pairs: the check of a recipe must not hash them all.
    @Test func checkingAShareLooksAtFewPairs() {
        let task = Sums(minimum: 0, maximum: 999, heldOut: 0.001)
        let clock = ContinuousClock()
        let fastest = (0..<3).map { _ in clock.measure { _ = task.problems() } }.min()!
        let all = clock.measure { _ = task.testProblems(limit: 1, seed: 0) }
        #expect(fastest * 5 < all)
        #expect(task.problems().isEmpty)
        // 0 + 0 alone: one pair cannot be in both splits.
        let single = Sums(minimum: 0, maximum: 0, heldOut: 0.5).problems()
        #expect(single.map(\.key) == ["held_out"])
    }

    @Test func malformedGroundTruthIsUngradable() {
        let problem = Problem(id: "x", prompt: "Q", answer: "many")
        guard case .ungradable = sums.verify("<answer>many</answer>", problem) else {
            Issue.record("a problem without a number was graded")
            return
        }
    }

    @Test func twoDigitsHoldOutEnoughPairs() {
        let held = sums.testProblems(limit: .max, seed: 0)
        #expect(held.count >= 500)
        // 8100 ordered pairs in 4095 mirrored classes: a tenth, within five deviations.
        let variance: Double = 2 * 8100 * 0.1 * 0.9
        #expect(abs(Double(held.count) - 810) < 5 * variance.squareRoot())
        #expect(Set(held.map(\.id)).count == held.count)
    }

    @Test(arguments: [
        Sums(), Sums(minimum: 1, maximum: 20, heldOut: 100), Sums(digits: 1, heldOut: 0.3),
        Sums(digits: 4),
    ])
    func splitsAreDisjoint(task: Sums) {
        let held = Set(task.testProblems(limit: 2_000, seed: 3).map(\.id))
        var random: any RandomNumberGenerator = SplitMix64(seed: 1)
        for index in 0..<5_000 {
            let train = task.problem(index, split: .train, using: &random)
            #expect(!held.contains(train.id))
            let a = Int(train.columns["a"]!)!
            let b = Int(train.columns["b"]!)!
            #expect(!task.pairs!.isHeldOut(a, b))
        }
        for index in 0..<200 {
            let test = task.problem(index, split: .test, using: &random)
            #expect(task.pairs!.isHeldOut(Int(test.columns["a"]!)!, Int(test.columns["b"]!)!))
        }
    }

    @Test func countedHoldOutIsExact() {
        let task = Sums(minimum: 1, maximum: 20, heldOut: 100)
        #expect(task.problems().isEmpty)
        #expect(task.testProblems(limit: 1_000, seed: 0).count == 100)
    }

    @Test func mirroredPairsAreHeldOutTogether() {
        let pairs = sums.pairs!
        for a in 10...99 {
            for b in 10...99 { #expect(pairs.isHeldOut(a, b) == pairs.isHeldOut(b, a)) }
        }
    }

    /// The held-out set is data: these are its first members, computed once outside of Swift.
    @Test func heldOutPairsNeverChange() {
        let held = (10...99).flatMap { a in (a...99).map { (a, $0) } }
            .filter { sums.pairs!.isHeldOut($0.0, $0.1) }
            .prefix(8).map { "\($0.0)+\($0.1)" }
        #expect(held == ["10+11", "10+15", "10+16", "10+18", "10+21", "10+55", "10+59", "10+62"])
        #expect(sums.testProblems(limit: .max, seed: 0).count == 849)
    }

    @Test func testProblemsFollowTheSeedAndArePrefixes() {
        let hundred = sums.testProblems(limit: 100, seed: 1)
        #expect(hundred == Array(sums.testProblems(limit: 500, seed: 1).prefix(100)))
        #expect(hundred != sums.testProblems(limit: 100, seed: 2))
        #expect(sums.testProblems(limit: 0, seed: 1).isEmpty)
        let large = Sums(digits: 5)
        #expect(
            large.testProblems(limit: 50, seed: 9)
                == Array(large.testProblems(limit: 80, seed: 9).prefix(50)))
    }

    @Test func problemsAreAFunctionOfTheGenerator() {
        func draw(_ seed: UInt64) -> [Problem] {
            var random: any RandomNumberGenerator = SplitMix64(seed: seed)
            return (0..<20).map { sums.problem($0, split: .train, using: &random) }
        }
        #expect(draw(5) == draw(5))
        #expect(draw(5) != draw(6))
    }

    @Test func allBadOptionsAreListed() {
        let bad = Sums(digits: 9, minimum: -1, maximum: 2_000_000, question: "Q", heldOut: 0)
        #expect(
            bad.problems().map(\.key)
                == ["digits", "minimum", "maximum", "question", "question", "held_out"])
        #expect(Sums(minimum: 5, maximum: 4).problems().map(\.key) == ["maximum"])
        #expect(Sums(minimum: 500).problems().map(\.key) == ["minimum"])
    }

    @Test(arguments: [0, -1, 1.5, 8100, 1e300, .infinity, .nan])
    func badHoldOutIsNamed(heldOut: Double) {
        #expect(Sums(heldOut: heldOut).problems().map(\.key) == ["held_out"])
    }

    @Test func countOverTooManyPairsIsRefused() {
        #expect(Sums(digits: 4, heldOut: 100).problems().map(\.key) == ["held_out"])
    }

    @Test func optionsRoundTripAndAreAllEncoded() throws {
        let task = Sums(minimum: 1, maximum: 20, answer: .lastNumber, heldOut: 100)
        let data = try JSONEncoder().encode(task)
        #expect(try JSONDecoder().decode(Sums.self, from: data) == task)
        let keys = try #require(
            JSONSerialization.jsonObject(with: JSONEncoder().encode(Sums())) as? [String: Any])
        #expect(
            keys.keys.sorted()
                == ["answer", "digits", "held_out", "maximum", "minimum", "question"])
        #expect(try JSONDecoder().decode(Sums.self, from: Data("{}".utf8)) == Sums())
    }
}

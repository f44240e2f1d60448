import Foundation
import GRPOTasks
import Testing

/// What holds of every generator.
@Suite struct GeneratedTaskTests {
    private static let names = generators.map { type(of: $0).name }

    @Test(arguments: names)
    func equalDrawsGiveEqualProblems(name: String) {
        let task = generator(name)
        let problems = drawn(task, 50)
        #expect(drawn(task, 50) == problems)
        #expect(drawn(task, 50, seed: 2) != problems)
        #expect(Set(problems.map(\.prompt)).count > 40)
    }

    /// By construction: the hash decides, whatever was drawn.
    @Test(arguments: names)
    func splitsAreDisjointAndTestProblemsDistinct(name: String) {
        let task = generator(name)
        let held = task.testProblems(limit: 200, seed: 0)
        #expect(held.count == 200)
        #expect(Set(held.map(\.id)).count == 200)
        #expect(Array(held.prefix(20)) == task.testProblems(limit: 20, seed: 0))
        #expect(held != task.testProblems(limit: 200, seed: 1))
        let ids = Set(held.map(\.id))
        for problem in drawn(task, 2_000) {
            #expect(!ids.contains(problem.id))
            #expect(task.contains(problem, in: .train) == true)
            #expect(task.contains(problem, in: .test) == false)
        }
        for problem in held {
            #expect(task.contains(problem, in: .test) == true)
            #expect(task.contains(problem, in: .train) == false)
        }
    }

    /// Held out at one difficulty, held out at every other: what a curriculum trains on is never
    /// what is evaluated.
    @Test func aProblemKeepsItsSideWhenTheDifficultyChanges() {
        var easy = ChainSum()
        (easy.maxTerms, easy.maxDigits) = (2, 2)
        let held = ChainSum().testProblems(limit: 500, seed: 0)
        #expect(held.allSatisfy { easy.contains($0, in: .train) == false })
        #expect(held.allSatisfy { Products().contains($0, in: .train) == false })
        #expect(easy.contains(Problem(id: "1", prompt: "?", answer: "1"), in: .train) == nil)
    }

    @Test(arguments: names)
    func theTruthIsRightAndOtherAnswersAreWrong(name: String) {
        let task = generator(name)
        for problem in drawn(task, 300) {
            #expect(task.verify(answered(problem.answer), problem) == .right)
            #expect(task.verify(problem.answer, problem) == .wrong)
            #expect(task.verify("<answer></answer>", problem) == .wrong)
            #expect(task.verify(answered("x" + problem.answer + "y"), problem) == .wrong)
            #expect(task.verify(answered(problem.answer + " or 3"), problem) == .wrong)
            #expect(task.answer(in: answered(problem.answer), to: problem) != nil)
        }
    }

    /// Printable ASCII covers every question and answer, so that a character model can have an
    /// alphabet that knows all tasks.
    @Test(arguments: names)
    func questionsAndAnswersArePrintableASCII(name: String) {
        for problem in drawn(generator(name), 300) {
            #expect(
                (problem.prompt + problem.answer).utf8.allSatisfy { (0x20...0x7E).contains($0) })
        }
    }

    @Test(arguments: names)
    func optionsRoundTrip(name: String) throws {
        func check<Task: GeneratedTask>(_ task: Task) throws {
            let data = try JSONEncoder().encode(task)
            let again = try JSONDecoder().decode(Task.self, from: data)
            #expect(drawn(again, 20) == drawn(task, 20))
            let keys = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            #expect(keys?["held_out"] != nil)
            #expect(keys?.keys.allSatisfy { $0 == $0.lowercased() } == true)
        }
        try check(generator(name))
    }

    @Test func rangesAreChecked() {
        var sum = ChainSum()
        (sum.minTerms, sum.maxTerms, sum.maxDigits, sum.heldOut) = (4, 3, 19, 0)
        #expect(sum.problems().map(\.key) == ["min_terms", "max_digits", "held_out"])
        var arithmetic = BasicArithmetic()
        arithmetic.operators = ["+", "+", "^"]
        #expect(arithmetic.problems().map(\.key) == ["operators"])
        var equations = SimpleEquations()
        equations.operators = ["*"]
        #expect(equations.problems().map(\.key) == ["operators"])
        var bases = BaseConversion()
        (bases.minBase, bases.maxBase) = (7, 7)
        #expect(bases.problems().map(\.key) == ["max_base"])
        var words = SpellBackward()
        (words.minWordLength, words.maxWordLength) = (11, 12)
        #expect(words.problems().map(\.key) == ["min_word_len"])
        words.invented = 1
        #expect(words.problems().isEmpty)
        var sorting = NumberSorting()
        (sorting.minValue, sorting.maxValue) = (0.2, 0.7)
        #expect(sorting.problems().map(\.key) == ["max_value"])
    }

    /// A space too small to be divided is found out when the recipe is read.
    @Test func aSpaceWithoutHeldOutProblemsIsRefused() {
        var task = GreatestCommonDivisor()
        (task.minValue, task.maxValue) = (2, 2)
        #expect(task.problems().map(\.key) == ["held_out"])
    }

    /// A small space is exhausted, not repeated and not searched forever.
    @Test func aSmallTestSplitComesBackShort() {
        var task = CountBits()
        (task.minN, task.maxN) = (1, 100)
        let held = task.testProblems(limit: 1_000, seed: 0)
        #expect((1..<40).contains(held.count))
        #expect(Set(held.map(\.id)).count == held.count)
    }
}

import Foundation
import GRPOTasks
import Testing

@Suite struct SumsMixtureTests {
    private func documents(_ mixture: SumsMixture, _ count: Int, seed: UInt64 = 0)
        -> [TextDocument]
    {
        var random: any RandomNumberGenerator = SplitMix64(seed: seed)
        return (0..<count).map { mixture.document($0, using: &random) }
    }

    /// The two operands of a prompt such as `Q:57+68=?`.
    private func operands(_ prompt: String) -> (Int, Int) {
        let numbers = prompt.dropFirst(2).dropLast(2).split(separator: "+").map { Int($0)! }
        return (numbers[0], numbers[1])
    }

    /// How a document answers, told from its text alone.
    private func kind(_ document: TextDocument) -> SumsMixture.Kind {
        if !document.completion.contains("<") { return .bare }
        return document.completion.contains("</think>")
            && document.completion.prefix(while: { $0 != "/" }).contains("=") ? .worked : .hasty
    }

    @Test func workedSumIsWrittenColumnByColumn() {
        #expect(WorkedSum(57, 68).working == "7+8=15 5+6+1=12")
        #expect(WorkedSum(57, 68).answer == "125")
        #expect(WorkedSum(42, 13).working == "2+3=5 4+1+0=5")
        #expect(WorkedSum(5, 17).working == "5+7=12 0+1+1=2")
        #expect(WorkedSum(999, 1).working == "9+1=10 9+0+1=10 9+0+1=10")
        #expect(WorkedSum(999, 1).answer == "1000")
        let slipped = WorkedSum(57, 68, slip: .init(column: 0, amount: -1))
        #expect(slipped.working == "7+8=14 5+6+1=12")
        #expect(slipped.answer == "124")
    }

    @Test func everyWorkedSumIsRightAndEverySlipWrong() {
        var random: any RandomNumberGenerator = SplitMix64(seed: 2)
        for a in 0...99 {
            for b in 0...99 {
                #expect(WorkedSum(a, b).answer == "\(a + b)")
                #expect(WorkedSum(slippingOn: a, b, using: &random).answer != "\(a + b)")
            }
        }
    }

    @Test func hastyAnswerForgetsTheCarries() {
        #expect(WorkedSum.hastyAnswer(57, 68) == "115")
        #expect(WorkedSum.hastyAnswer(42, 13) == "55")
        #expect(WorkedSum.hastyAnswer(99, 99) == "188")
        let right = (10...99).reduce(0) { sum, a in
            sum + (10...99).count { WorkedSum.hastyAnswer(a, $0) == "\(a + $0)" }
        }
        // Units without a carry: 55 of the 100 pairs of last digits.
        #expect(right == 8_100 * 55 / 100)
    }

    @Test func sharesAreThoseOfTheOptions() {
        let mixture = SumsMixture(
            worked: 0.3, workedErrors: 0.2, hasty: 0.3, bare: 0.4)
        let count = 20_000
        let task = Sums()
        var counts: [SumsMixture.Kind: Int] = [:]
        var slips = 0
        for document in documents(mixture, count) {
            let kind = kind(document)
            counts[kind, default: 0] += 1
            let (a, b) = operands(document.prompt)
            let verdict = task.verify(document.completion, task.problem(a, b))
            switch kind {
            case .worked where verdict == .wrong: slips += 1
            case .bare:
                #expect(document.completion == "\(a + b)")
                #expect(verdict == .wrong, "a bare answer must earn nothing")
            case .hasty:
                #expect((verdict == .right) == (a % 10 + b % 10 < 10))
            default: break
            }
        }
        func isNear(_ found: Int, _ share: Double, of total: Int) -> Bool {
            let total = Double(total)
            return abs(Double(found) - share * total)
                < 5 * (total * share * (1 - share)).squareRoot()
        }
        #expect(isNear(counts[.worked, default: 0], 0.3, of: count))
        #expect(isNear(counts[.hasty, default: 0], 0.3, of: count))
        #expect(isNear(counts[.bare, default: 0], 0.4, of: count))
        #expect(isNear(slips, 0.2, of: counts[.worked, default: 0]))
    }

    @Test func workedWithoutErrorsIsAlwaysRightAndWithErrorsAlwaysWrong() {
        let task = Sums()
        for (errors, expected) in [(0.0, Verdict.right), (1, .wrong)] {
            let mixture = SumsMixture(worked: 1, workedErrors: errors, hasty: 0, bare: 0)
            for document in documents(mixture, 2_000) {
                let (a, b) = operands(document.prompt)
                #expect(task.verify(document.completion, task.problem(a, b)) == expected)
            }
        }
    }

    @Test func heldOutPairsNeverAppear() {
        let held = Set(Sums().testProblems(limit: .max, seed: 0).map(\.prompt))
        for document in documents(SumsMixture(), 30_000) {
            #expect(!held.contains(document.prompt))
        }
    }

    @Test func textStaysWithinTheAlphabetAndLengths() {
        let alphabet = Set(SumsMixture.alphabet)
        #expect(alphabet.count == SumsMixture.alphabet.count)
        #expect(SumsMixture().alphabet == SumsMixture.alphabet)
        var used: Set<Character> = []
        for document in documents(SumsMixture(), 5_000) {
            used.formUnion(document.prompt + document.completion)
            #expect(alphabet.isSuperset(of: document.prompt + document.completion))
            if kind(document) == .worked {
                #expect((45...60).contains(document.completion.count))
            }
        }
        #expect(used == alphabet)
    }

    @Test func alphabetGrowsWithTheQuestion() {
        let mixture = SumsMixture(sums: Sums(question: "What is {a} + {b}?"))
        let alphabet = Set(mixture.alphabet)
        for document in documents(mixture, 500) {
            #expect(alphabet.isSuperset(of: document.prompt + document.completion))
        }
    }

    @Test func documentsAreAFunctionOfTheGenerator() {
        #expect(documents(SumsMixture(), 50, seed: 4) == documents(SumsMixture(), 50, seed: 4))
        #expect(documents(SumsMixture(), 50, seed: 4) != documents(SumsMixture(), 50, seed: 5))
    }

    @Test func contaminationIsAConflict() {
        #expect(SumsMixture().conflicts(with: Sums()).isEmpty)
        #expect(SumsMixture().conflicts(with: Sums(digits: 3)).isEmpty)
        #expect(SumsMixture().conflicts(with: Countdown()).isEmpty)
        #expect(SumsMixture().conflicts(with: LittleWorld()).isEmpty)
        #expect(!SumsMixture().conflicts(with: LittleWorld(heldOut: 0.2)).isEmpty)
        #expect(SumsMixture().conflicts(with: Sums(heldOut: 0.2)).map(\.key) == ["sums.held_out"])
        let counted = SumsMixture(sums: Sums(heldOut: 100))
        #expect(counted.conflicts(with: Sums(heldOut: 100)).isEmpty)
        #expect(!counted.conflicts(with: Sums(maximum: 50, heldOut: 100)).isEmpty)
    }

    @Test func allBadOptionsAreListed() {
        let bad = SumsMixture(
            sums: Sums(digits: 0), worked: 2, workedErrors: -1, hasty: 0, hastyThought: "<x>",
            bare: 0)
        #expect(
            bad.problems().map(\.key)
                == ["sums.digits", "worked", "worked_errors", "worked", "hasty_thought"])
        #expect(SumsMixture().problems().isEmpty)
    }

    @Test func optionsRoundTrip() throws {
        let mixture = SumsMixture(sums: Sums(digits: 3), worked: 0.5, hasty: 0.25, bare: 0.25)
        let data = try JSONEncoder().encode(mixture)
        #expect(try JSONDecoder().decode(SumsMixture.self, from: data) == mixture)
    }
}

import BigInt
import Foundation
import GRPOTasks
import Testing

@Suite struct CountdownTests {
    private func problem(_ numbers: String, _ target: Int) -> Problem {
        Problem(id: "x", prompt: "", answer: "\(target)", columns: ["numbers": numbers])
    }

    private func verdict(
        _ expression: String, _ numbers: String, _ target: Int, use: Countdown.Use = .eachOnce
    ) -> Verdict {
        var task = Countdown()
        task.use = use
        return task.verify("<answer>\(expression)</answer>", problem(numbers, target))
    }

    @Test(arguments: [
        ("1+2*3", "1 2 3", 7), ("(1+2)*3", "3 2 1", 9), ("(1+2)/3", "1 2 3", 1),
        ("3 - 2 - 1", "1 2 3", 0), ("8/4/2", "2 4 8", 1), ("8/(4/2)", "2 4 8", 4),
        // Exact fractions in between: 8 / (3 - 8/3) = 24, the classic that floats may miss.
        ("8/(3-8/3)", "3 3 8 8", 24), ("1/3*3", "1 3 3", 1), (" ( 1 + 2 )\n* 3 ", "1 2 3", 9),
        ("((((1+2))))*3", "1 2 3", 9), ("1-2+3", "1 2 3", 2),
        // A negative step is legal as long as it is not written as a sign.
        ("3*(1-2)+9", "1 2 3 9", 6),
    ])
    func rightExpressions(expression: String, numbers: String, target: Int) {
        #expect(verdict(expression, numbers, target) == .right)
    }

    /// The tricks that fool checkers built from a character class, `\d+` and `eval`.
    @Test(arguments: [
        ("power", "2**3", "2 3", 8), ("power that hangs", "95**74**86", "74 86 95", 1),
        ("floor division", "7//2", "2 7", 3), ("decimal point", "1.5*2", "1 2 5", 3),
        ("decimal point glues numbers", "1.5+2", "1 2 5", 3), ("leading point", ".5*2", "2 5", 1),
        ("unary minus", "-1+2", "1 2", 1), ("unary minus inside", "3*(-1)+9", "1 3 9", 6),
        ("unary plus", "+1+2", "1 2", 3), ("double minus", "1--2", "1 2", 3),
        ("reuse", "2*2+1", "1 2", 5), ("missing number", "1+2", "1 2 3", 3),
        ("no number used", "()", "1 2", 3), ("foreign number", "1+2+3", "1 2", 6),
        ("digits fused", "12+3", "1 2 3", 15), ("digits split", "1 2+3", "12 3", 15),
        ("implicit multiplication", "2(3)", "2 3", 6),
        ("implicit multiplication of groups", "(2)(3)", "2 3", 6),
        ("exponent", "1e2", "1 2", 100), ("hexadecimal", "0x2+3", "2 3", 5),
        ("underscore", "1_0+2", "10 2", 12), ("leading zero", "02+3", "2 3", 5),
        ("unicode digits", "２+３", "2 3", 5), ("arabic digits", "٢+٣", "2 3", 5),
        ("unicode times", "2×3", "2 3", 6), ("unicode minus", "3−2", "2 3", 1),
        ("unicode slash", "6∕3", "3 6", 2), ("caret", "2^3", "2 3", 8),
        ("modulo", "7%4", "4 7", 3), ("factorial", "3!", "3", 6), ("comma", "2,3", "2 3", 5),
        ("function", "abs(2-3)", "2 3", 1), ("brackets", "[2+3]", "2 3", 5),
        ("comment", "2+3#", "2 3", 5), ("second line", "2+3\n9", "2 3", 5),
        ("combining mark", "2+3\u{301}", "2 3", 5), ("no-break space", "2\u{A0}+3", "2 3", 5),
        ("null byte", "2+3\u{0}", "2 3", 5), ("division by zero", "3/(2-2)", "2 2 3", 3),
        ("zero by zero", "(1-1)/(2-2)", "1 1 2 2", 1), ("just the target", "5", "2 3", 5),
        ("trailing operator", "2+3+", "2 3", 5), ("open parenthesis", "(2+3", "2 3", 5),
        ("closed parenthesis", "2+3)", "2 3", 5), ("near miss", "8/3", "3 8", 2),
        ("empty", "", "2", 2),
        ("prose", "2+3 is 5", "2 3", 5),
    ])
    func tricksAreWrong(trick: String, expression: String, numbers: String, target: Int) {
        #expect(verdict(expression, numbers, target) == .wrong, "\(trick)")
    }

    /// The policy on equations: the target alone may follow, once.
    @Test(arguments: [
        ("2+3=5", Verdict.right), ("2+3 = 5 ", .right), ("5=2+3", .wrong), ("2+3=6", .wrong),
        ("2+3=05", .wrong), ("2+3=5=5", .wrong), ("2+3==5", .wrong), ("2+3=", .wrong),
        ("2+3=5.0", .wrong), ("2+3=3+2", .wrong), ("=5", .wrong), ("2+2=5", .wrong),
    ])
    func equationSuffix(expression: String, expected: Verdict) {
        #expect(verdict(expression, "2 3", 5) == expected)
    }

    @Test(arguments: [
        ("(1+2)*3", "9/1"), ("3*(2+1)", "9/1"), ("1+2+3", "6/1"), ("1/2+3", "7/2"),
        ("1+2", nil), ("3**2+1", nil), ("(1+2)*3=9", "9/1"), ("(1+2)*3=8", nil),
    ])
    func equalValuesAreOneVote(expression: String, expected: String?) {
        let text = "<answer>\(expression)</answer>"
        #expect(Countdown().answer(in: text, to: problem("1 2 3", 9)) == expected)
    }

    @Test func aProblemBelongsToOneSplit() {
        let task = Countdown()
        for problem in task.testProblems(limit: 20, seed: 1) {
            #expect(task.contains(problem, in: .test) == true)
            #expect(task.contains(problem, in: .train) == false)
        }
        #expect(task.contains(problem("1 2", 3), in: .train) == false)
    }

    @Test func numbersGivenTwiceAreUsedTwice() {
        #expect(verdict("2+2+3", "2 2 3", 7) == .right)
        #expect(verdict("2+3", "2 2 3", 5) == .wrong)
        #expect(verdict("2+3", "2 2 3", 5, use: .atMostOnce) == .right)
        #expect(verdict("2+2+2", "2 2 3", 6, use: .atMostOnce) == .wrong)
    }

    @Test func operatorsOutsideTheOptionsAreWrong() {
        var task = Countdown()
        task.operators = "+-"
        #expect(task.verify("<answer>2*3</answer>", problem("2 3", 6)) == .wrong)
        #expect(task.verify("<answer>2+3</answer>", problem("2 3", 5)) == .right)
    }

    @Test func onlyTheAnswerBlockCounts() {
        let task = Countdown()
        #expect(task.verify("2+3", problem("2 3", 5)) == .wrong)
        #expect(task.verify("<think><answer>2+3</answer>", problem("2 3", 5)) == .wrong)
        #expect(
            task.verify("<think>5?</think><answer>2+3</answer>", problem("2 3", 5)) == .right)
    }

    @Test(arguments: ["", "x", "2 -3", "2.5"])
    func malformedProblemsAreUngradable(numbers: String) {
        guard case .ungradable = verdict("2+3", numbers, 5) else {
            Issue.record("numbers '\(numbers)' were graded")
            return
        }
    }

    /// No text may crash, hang or exhaust the stack.
    @Test func hostileTextsAreWrong() {
        let hostile = [
            String(repeating: "(", count: 1_000_000),
            String(repeating: "(", count: 200) + "1" + String(repeating: ")", count: 200),
            String(repeating: "9", count: 1_000_000), String(repeating: "9", count: 400),
            String(repeating: "9*", count: 255) + "9",
            String(repeating: "999999999999999999*", count: 26) + "1",
            String(repeating: "9/7-", count: 127) + "9",
            String(repeating: "9**", count: 170) + "9", String(repeating: "-", count: 500) + "1",
            String(repeating: "=", count: 500), "99999999999999999999+1",
        ]
        for text in hostile { #expect(verdict(text, "2 3", 5) == .wrong) }
    }

    /// Random texts over the legal characters: whatever parses reads the same with its white space
    /// removed, and re-reads every number that stands in the text.
    @Test func randomTextsParseTheirOwnNumbers() {
        var random = SplitMix64(seed: 11)
        let characters = Array("0123456789+-*/() ")
        var parsed = 0
        for _ in 0..<50_000 {
            let length = random.drawInteger(in: 1...9)
            let text = String((0..<length).map { _ in random.drawElement(of: characters) })
            guard let expression = try? CountdownExpression(text) else { continue }
            parsed += 1
            let plain = text.filter { $0 != " " }
            #expect((try? CountdownExpression(plain)) == expression)
            let numbers = plain.split { "+-*/()".contains($0) }.map { Int($0)! }
            #expect(numbers == expression.numbers)
        }
        #expect(parsed > 500)
    }

    @Test func faultsNameThePlace() {
        func fault(_ text: String) -> CountdownExpression.Fault? {
            do throws(CountdownExpression.Fault) {
                _ = try CountdownExpression(text)
                return nil
            } catch {
                return error
            }
        }
        #expect(fault("95**74**86") == .unexpected(byte: UInt8(ascii: "*"), offset: 3))
        #expect(fault("7//2") == .unexpected(byte: UInt8(ascii: "/"), offset: 2))
        #expect(fault("1.5") == .unexpected(byte: UInt8(ascii: "."), offset: 1))
        #expect(fault("1/0") == .divisionByZero(offset: 1))
        #expect(fault("01") == .leadingZero(offset: 0))
        #expect(fault("1+") == .unexpectedEnd)
        #expect(
            fault(String(repeating: "(", count: 33) + "1") == .tooDeep(offset: 32))
        #expect(fault(String(repeating: "1", count: 19)) == .numberTooLong(offset: 0))
        #expect(fault(String(repeating: " ", count: 513)) == .tooLong(bytes: 513))
    }

    @Test func rationalsAreExactAndReduced() throws {
        let third = try #require(Rational(BigInt(2), over: BigInt(-6)))
        #expect(third.numerator == -1)
        #expect(third.denominator == 3)
        #expect(third + third + third == Rational(-1))
        #expect(third - third == Rational(0))
        #expect(third * Rational(-3) == Rational(1))
        #expect(Rational(1).divided(by: third) == Rational(-3))
        #expect(Rational(1).divided(by: Rational(0)) == nil)
    }
}

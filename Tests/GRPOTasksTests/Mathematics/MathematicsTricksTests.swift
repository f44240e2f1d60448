import GRPOTasks
import Testing

/// Known ways to fool a mathematical verifier (FAILURES sections 2 and 3), and its rules of rounding
/// and of what cannot be graded.
@Suite struct MathematicsTricksTests {
    private func verdict(_ given: String, _ truth: String) -> Verdict {
        MathematicsVerifier.verdict(on: given, truth: truth)
    }

    private func isUngradable(_ truth: String) -> Bool {
        if case .ungradable = verdict("5", truth) { true } else { false }
    }

    @Test("1/2004! is not 1/2006!, nor is a difference that a float cannot see")
    func tinyNumbers() {
        #expect(verdict("\\frac{1}{2004!}", "\\frac{1}{2006!}") != .right)
        #expect(verdict("\\frac{1}{204!}", "\\frac{1}{206!}") == .wrong)
        #expect(verdict("\\frac{1}{204!}", "\\frac{1}{204!}") == .right)
        #expect(verdict("0.000000", "\\frac{1}{20!}") == .wrong)
        #expect(verdict("0", "10^{-30}") == .wrong)
        #expect(verdict("10^{30}", "10^{30}+1") == .wrong)
        #expect(verdict("\\sqrt{10^{40}+1}", "10^{20}") == .wrong)
    }

    @Test("{2,3,4} is not {1,2,3}")
    func sets() {
        #expect(verdict("\\{2,3,4\\}", "\\{1,2,3\\}") == .wrong)
        #expect(verdict("2,3,4", "1,2,3") == .wrong)
        #expect(verdict("\\{1,2,3,4\\}", "\\{1,2,3\\}") == .wrong)
    }

    /// Naming many answers is not naming the right one.
    @Test(arguments: [
        "3, 4, 5", "3 or 4 or 5", "\\{3,4,5\\}", "4 \\pm 1", "[3,5]", "3 \\le x \\le 5", "(3,4,5)",
        "3;4;5", "x \\in \\mathbb{R}", "4, x", "", "x", "4 = 4 = 5", "4=5", "5=4=4+0x",
    ])
    func severalAnswers(given: String) {
        #expect(verdict(given, "4") == .wrong)
    }

    /// Countdown's tricks: floor division, powers by `**` and points do not make other numbers.
    @Test(arguments: [("7//2", "3"), ("2**3", "6"), ("1.5", "1,5,0"), ("- - 3", "-3")])
    func arithmeticTricks(given: String, truth: String) {
        #expect(verdict(given, truth) == .wrong)
    }

    /// A decimal stands for an exact number from six digits on, or where the truth is a decimal of
    /// three digits or more.
    @Test(arguments: [
        ("0.333", "\\frac13", false), ("0.33333", "\\frac13", false),
        ("0.333333", "\\frac13", true),
        ("0.333334", "\\frac13", false), ("0.666667", "\\frac23", true),
        ("0.666666", "\\frac23", false), ("3.141593", "\\pi", true), ("3.14", "\\pi", false),
        ("1.4142136", "\\sqrt2", true), ("1.414214", "\\sqrt{2}+10^{-12}", true),
        ("\\pi", "3.14", true), ("\\frac13", "0.333", true), ("\\frac13", "0.3", false),
        ("\\frac{70}{9}", "7.78", true), ("7.777778", "7.78", false), ("0.334", "0.333", false),
        ("\\frac{3331}{10000}", "0.333", false), ("-1.414214", "\\sqrt2", false),
        ("-1.414214", "-\\sqrt2", true), ("0.0833333333333333", "\\frac1{12}", true),
    ])
    func rounding(given: String, truth: String, isRight: Bool) {
        #expect(verdict(given, truth) == (isRight ? .right : .wrong))
    }

    /// The truth alone decides: out of bounds, malformed, or a division by zero.
    @Test(arguments: [
        "2004!", "10^{10^{10}}", "9^{9^{9^9}}", "5^5^5^5^5", "\\frac{1}{2006!}", "(10^{100})!",
        "\\frac{1}{0}", "\\frac{x}{2-2}", "", "  ", "\\frac{1}{", "(1,2", "1 +", "}{",
        String(repeating: "(", count: 500), String(repeating: "9", count: 5000),
    ])
    func ungradableTruths(truth: String) {
        #expect(isUngradable(truth))
    }

    /// A completion cannot make a problem ungradable, whatever it is.
    @Test(arguments: [
        "2004!", "10^{10^{10}}", "9^{9^{9^9}}", "\\frac{1}{0}", "", "\\frac{1}{", "(1,2", "}{",
        "\\",
        "(((1+x)^{99})^{99})^{99}", "(a+b+c+d+e+f+g+h)^{30}", "x^{x^{x^x}}", "0/0", "0^{-1}",
        "1e999999999", "\\sqrt[0]{5}", "\\binom{10^9}{10^8}", "\\log_1 5", "\u{0}", "\u{202E}5",
    ])
    func hostileAnswersAreWrong(given: String) {
        #expect(verdict(given, "5") == .wrong)
    }

    @Test func noAnswerIsWrong() {
        #expect(MathematicsVerifier.verdict(on: nil, truth: "5") == .wrong)
    }

    /// What a majority of completions is counted by.
    @Test(arguments: [
        ("0.5", "1/2"), ("\\frac{2}{4}", "1/2"), ("x = 5", "5"), ("\\sqrt{8}", "2*2^(1/2)"),
        ("(1+x)^2", "x^2+2*x+1"), ("2, 1", "1,2"), ("\\{2,1\\}", "{1,2}"), ("(1, 2]", "(1,2]"),
        ("\\text{Evelyn}", "evelyn"), ("[0,\\infty)", "[0,infinity)"), ("1 \\pm 2", "-1,3"),
    ])
    func canonicalTexts(answer: String, text: String) {
        #expect(MathematicsVerifier.canonicalText(of: answer) == text)
    }

    @Test func whatCannotBeReadHasNoVote() {
        #expect(MathematicsVerifier.canonicalText(of: "\\frac{1}{") == nil)
        #expect(MathematicsVerifier.canonicalText(of: "2004!") == nil)
    }
}

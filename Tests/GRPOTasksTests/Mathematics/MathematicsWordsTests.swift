import GRPOTasks
import Testing

/// Words behind a number: factors and operators count, what is counted does not.
@Suite struct MathematicsWordsTests {
    private func verdict(_ given: String, _ truth: String) -> Verdict {
        MathematicsVerifier.verdict(on: given, truth: truth)
    }

    @Test(arguments: [
        ("5 thousand", "5000"), ("2.5 million", "2,500,000"), ("3 dozen", "36"),
        ("5 hundred thousand", "500000"), ("2\\text{ billion}", "2 \\cdot 10^9"),
        ("\\$1.5 million dollars", "1500000"), ("1 1/2 million", "1500000"),
        ("1\\frac12\\text{ million}", "1500000"), ("10 million / 2 million", "5"),
        ("2 thirds", "2/3"), ("3 halves", "1.5"), ("5 Trillion", "5e12"),
        ("3 squared", "9"), ("x cubed", "x^3"), ("4 factorial", "24"), ("3\\text{ squared}", "9"),
        ("2 arctan(3)", "2\\arctan 3"), ("2\\text{ arctan }(3)", "2\\arctan 3"),
        ("2 Arctan(3)", "2\\arctan 3"), ("2 sinh x", "2\\sinh x"), ("2 min(3,4)", "6"),
        ("x plus 1", "x+1"), ("7 minus 2", "5"), ("3 times 4", "12"), ("3 over 4", "3/4"),
        ("6 divided by 4", "1.5"), ("6\\text{ divided by }4", "1.5"), ("6 multiplied by 4", "24"),
        ("2x equals 4", "2x=4"),
    ])
    func factorsAndOperators(left: String, right: String) {
        #expect(verdict(left, right) == .right)
        #expect(verdict(right, left) == .right)
    }

    @Test(arguments: [
        ("5 thousand", "5"), ("5 thousand", "5 million"), ("3 dozen", "3"), ("3 squared", "3"),
        ("2 arctan(3)", "6"), ("2.5", "2.5 million"), ("5\\text{ million}", "5"),
        ("2\\text{ arctan}(3)", "6"), ("x plus 1", "x"), ("x modulo y", "xy"), ("5 modulo x", "5x"),
        ("5 factorial", "5"), ("2 thirds", "2"), ("x\\text{ where }y", "xy"),
    ])
    func otherValues(left: String, right: String) {
        #expect(verdict(left, right) != .right)
        #expect(verdict(right, left) != .right)
    }

    @Test(arguments: [
        ("5 apples", "5"), ("12 square meters", "12"), ("5 metres squared", "5"),
        ("5\\text{ cm squared}", "5"), ("3 times", "3"), ("3 times per week", "3"), ("5 min", "5"),
        ("30 sec", "30"), ("5 apples!", "5"), ("5\\text{ min}", "5"), ("2 roots", "2"),
        ("12\\text{ square meters}", "12"), ("5 apples, 3 pears", "5, 3"), ("7 more", "7"),
    ])
    func countedThings(left: String, right: String) {
        #expect(verdict(left, right) == .right)
        #expect(verdict(right, left) == .right)
    }

    /// What a word does that is not read, no answer may be graded by.
    @Test(arguments: ["3 quarters", "5 gross", "5 modulo 3", "3/2 squared", "5 twenty", "7 plus"])
    func unreadable(truth: String) {
        guard case .ungradable = verdict("5", truth) else {
            Issue.record("\(truth) is graded")
            return
        }
    }
}

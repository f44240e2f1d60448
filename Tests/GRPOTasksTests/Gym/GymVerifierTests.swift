import BigInt
import GRPOTasks
import Testing

/// Answers as reasoning-gym scores them: right is its full score.
@Suite struct GymVerifierTests {
    private func verdict(
        _ dataset: String, _ answer: String, truth: String, _ columns: [String: String] = [:]
    ) -> Verdict {
        let problem = Problem(id: "1", prompt: "?", answer: truth, columns: columns)
        return GymVerifier(dataset: dataset).verdict(on: answer, problem)
    }

    @Test(arguments: [
        ("chain_sum", "+01,000.00", "1000"), ("chain_sum", " -5 ", "-5"),
        ("products", "6.", "6"), ("products", ".50", "0.5"), ("gcd", " 12\n", "12"),
        ("spell_backward", "HELLO", "hello"), ("base_conversion", "ff", "ff"),
        ("fraction_simplification", "3/4", "$\\frac{3}{4}$"),
        ("fraction_simplification", "$\\dfrac{3}{ 04 }$", "3/4"),
        ("fraction_simplification", "$ 3 / 4 $", "$3/4$"),
        ("number_sorting", "['-7', '2', '10.50']", "['-7.0', '2', '10.5']"),
        ("number_sorting", "[-7, 2, 10.5]", "[\"-7.0\", \"2\", \"10.5\"]"),
        ("gsm_symbolic", "18 apples", "18"), ("gsm_symbolic", "$1,250.00", "1250"),
        ("rush_hour", "+F2", "+F2"), ("prime_counts", "12.0", "12"),
    ])
    func right(dataset: String, answer: String, truth: String) {
        #expect(verdict(dataset, answer, truth: truth) == .right)
    }

    @Test(arguments: [
        ("chain_sum", "1e3", "1000"), ("chain_sum", "10 00", "1000"), ("chain_sum", "--5", "-5"),
        ("chain_sum", "1000 apples", "1000"), ("gcd", "012", "12"), ("gcd", "12.0", "12"),
        ("base_conversion", "FF", "ff"), ("spell_backward", "olle", "hello"),
        ("fraction_simplification", "6/8", "3/4"), ("fraction_simplification", "0.75", "3/4"),
        ("fraction_simplification", "3/4/1", "3/4"),
        ("fraction_simplification", "\\frac{3}{4}x", "3/4"),
        // Within 1 of each number is not the numbers.
        ("number_sorting", "['-7', '2.4']", "['-7', '2']"),
        ("number_sorting", "['2', '-7']", "['-7', '2']"), ("number_sorting", "[]", "['2']"),
        ("number_sorting", "-7, 2", "['-7', '2']"), ("number_sorting", "[[2]]", "['2']"),
        ("gsm_symbolic", "apples", "18"), ("gsm_symbolic", "18e0", "18"),
        ("gsm_symbolic", "19 or 18", "18"),
        ("rush_hour", "+F2 ", "+F3"), ("prime_counts", "1 2", "12"),
    ])
    func wrong(dataset: String, answer: String, truth: String) {
        #expect(verdict(dataset, answer, truth: truth) == .wrong)
    }

    @Test func noAnswerIsWrongAndABadTruthIsUngradable() {
        let problem = Problem(id: "1", prompt: "?", answer: "7", columns: [:])
        #expect(GymVerifier(dataset: "gcd").verdict(on: nil, problem) == .wrong)
        for (dataset, truth) in [
            ("chain_sum", "seven"), ("fraction_simplification", "7"), ("number_sorting", "7"),
            ("gcd", " "), ("gsm_symbolic", "seven"),
        ] {
            guard case .ungradable = verdict(dataset, "7", truth: truth) else {
                Issue.record("\(dataset) judged by '\(truth)'")
                continue
            }
        }
    }

    @Test func countdownUsesEveryNumberOnce() {
        let columns = ["numbers": "[3, 7, 25]", "target": "46"]
        func judged(_ answer: String) -> Verdict {
            verdict("countdown", answer, truth: "25 + 3*7", columns)
        }
        for answer in ["25 + 3*7", "(3*7)+25", "-(-25 - 3*7)", "3*7 - -25"] {
            #expect(judged(answer) == .right)
        }
        // FAILURES section 2: powers, floor division, decimals, missing and repeated numbers.
        for answer in [
            "46", "25 + 21", "25 + 7 + 7 + 7", "25 + 3*7 = 46", "25 + 3**7", "25 + 37", "2.5 + 3*7",
            "25 + 3*7 + 0", "25//1 + 3*7", "(25 + 3*7", "",
        ] {
            #expect(judged(answer) == .wrong)
        }
        guard case .ungradable = verdict("countdown", "1", truth: "1", ["numbers": "[1]"]) else {
            Issue.record("a countdown without a target was judged")
            return
        }
    }

    /// A minus sign before a number is read where it is allowed, and nowhere else.
    @Test func signsAreAnOption() throws {
        #expect(throws: CountdownExpression.Fault.self) { try CountdownExpression("-3 + 4") }
        let expression = try CountdownExpression("-3 - -(4 * -2)", allowsSigns: true)
        #expect(expression.value == Rational(BigInt(-11)))
        #expect(expression.numbers == [3, 4, 2])
        let deep = String(repeating: "-", count: 400) + "1"
        #expect(throws: CountdownExpression.Fault.tooDeep(offset: 32)) {
            try CountdownExpression(deep, allowsSigns: true)
        }
    }

    /// Total: every rule returns for random bytes and for long answers.
    @Test func everyRuleIsTotal() {
        var random: any RandomNumberGenerator = SplitMix64(seed: 5)
        let pieces = Array("0123456789.,-+$\\/{}[]()'\" fracd\u{0}é").map(String.init)
        let truths = [
            "countdown": "1", "number_sorting": "['1']", "fraction_simplification": "1/2",
        ]
        for dataset in GymVerifier.knownDatasets + ["unknown"] {
            for _ in 0..<2_000 {
                let length = random.drawInteger(below: 30)
                let answer = (0..<length).map { _ in random.drawElement(of: pieces) }.joined()
                let verdict = verdict(
                    dataset, answer, truth: truths[dataset] ?? "12345678",
                    ["numbers": "[1]", "target": "1"])
                if case .ungradable = verdict { Issue.record("ungradable by '\(answer)'") }
            }
            for piece in pieces {
                let long = String(repeating: piece, count: 200_000)
                #expect(
                    verdict(
                        dataset, long, truth: truths[dataset] ?? "12345678",
                        ["numbers": "[1]", "target": "1"]) == .wrong)
            }
        }
    }
}

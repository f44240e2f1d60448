import GRPOTasks
import Testing

@Suite struct BoxedTests {
    private let scratch = DataScratch()

    private func verdict(_ given: String, truth: String) -> Verdict {
        Boxed().verify(
            "So it is $\\boxed{\(given)}$.", Problem(id: "1", prompt: "?", answer: truth))
    }

    @Test(arguments: [
        ("0.5", "\\frac{1}{2}"), ("1/2", "\\frac12"), ("\\dfrac{2}{4}", "\\frac{1}{2}"),
        ("-\\frac{1}{2}", "\\frac{-1}{2}"), ("10,080", "10,\\!080"), ("$5$", "5"), ("007", "7"),
        ("90", "90^\\circ"), ("90^{\\circ}", "90^\\circ"), ("50", "50\\%"), ("\\$32", "32"),
        ("x=5", "5"), ("5", "x = 5"), (".0000672", "0.0000672"),
        ("\\left( 3, \\frac{\\pi}{2} \\right)", "(3,\\frac{\\pi}2)"),
        ("\\frac{270}{7}", "\\frac{270}7\\text{ degrees}"), ("\\sqrt{3}", "\\sqrt3"),
        ("11\\sqrt{2}", "11 \\sqrt2"), ("\\text{Evelyn}", "Evelyn"), ("5.0", "5"),
        ("\\frac43", "\\tfrac{4}{3}"), ("6 - 5i", "6-5i"), ("(2,\\infty)", "(2, \\infty)"),
        ("5\\text{ cm}", "5"), ("\\frac{\\sqrt3}{3}", "\\frac{\\sqrt{3}}{3}"), ("42.", "42"),
        ("(x+1)^2", "x^2+2x+1"), ("\\{2,1\\}", "\\{1,2\\}"),
    ])
    func equal(given: String, truth: String) {
        #expect(verdict(given, truth: truth) == .right)
        #expect(verdict(truth, truth: given) == .right)
    }

    @Test(arguments: [
        ("2", "\\frac{1}{2}"), ("0.33", "\\frac13"), ("(1,2)", "(2,1)"), ("-5", "5"),
        ("5,3", "53"), ("1,2", "12"), ("\\frac{2}{1}", "\\frac{1}{2}"), ("x=5", "y=6"),
        ("12", "1^2"), ("", "5"), ("5 or 6", "5"), ("1/0", "0"),
        ("\\sqrt{32}", "\\sqrt{3}2"), ("\\{1,2\\}", "(1,2)"), ("10^2", "102"),
    ])
    func different(given: String, truth: String) {
        #expect(verdict(given, truth: truth) == .wrong)
    }

    @Test func theLastBoxCounts() {
        let problem = Problem(id: "1", prompt: "?", answer: "\\frac{1}{2}")
        let task = Boxed()
        #expect(task.verify("\\boxed{3}, no: \\boxed{\\frac{1}{2}}", problem) == .right)
        #expect(task.verify("\\boxed{\\frac{1}{2}}, no: \\boxed{3}", problem) == .wrong)
        #expect(task.verify("<think>\\boxed{1/2}</think>", problem) == .wrong)
        #expect(task.verify("1/2", problem) == .wrong)
        #expect(task.verify("\\boxed{1/2", problem) == .wrong)
        #expect(task.answer(in: "\\boxed{0.5}", to: problem) == "1/2")
        #expect(task.answer(in: "\\boxed{2/4}", to: problem) == "1/2")
    }

    /// Hostile answers return at once and are wrong.
    @Test(arguments: [
        String(repeating: "{", count: 200_000), String(repeating: "}", count: 200_000),
        String(repeating: "\\frac", count: 50_000), String(repeating: "9", count: 200_000),
        String(repeating: "\\text{", count: 50_000), String(repeating: "^", count: 100_000),
        "\\frac{" + String(repeating: "1", count: 150_000) + "}{3}", "\\", "\\\\", "=", "^{", "./",
    ])
    func hostile(given: String) {
        let clock = ContinuousClock()
        let time = clock.measure {
            #expect(verdict(given, truth: "5") == .wrong)
        }
        #expect(time < .seconds(5))
    }

    @Test func filesOfBothShapes() {
        let file = scratch.write(
            """
            {"problem": "P1", "solution": "So $\\\\boxed{\\\\frac{1}{2}}$.", "level": "Level 3"}
            {"problem": "P2", "solution": "It is $\\\\boxed 9$.", "type": "Algebra"}
            {"problem": "P3", "solution": "long", "answer": "204"}
            """)
        let task = Boxed(file: file)
        #expect(task.problems().isEmpty)
        let problems = task.testProblems(limit: 9, seed: 0).sorted { $0.prompt < $1.prompt }
        #expect(problems.map(\.answer) == ["\\frac{1}{2}", "9", "204"])
        #expect(problems[0].columns["level"] == "Level 3")
        #expect(
            problems[0].prompt
                == "P1\nPlease reason step by step, and put your final answer within \\boxed{}.")
        // The worked solution is there for examples, and is right itself.
        #expect(task.verify(problems[0].columns["solution"]!, problems[0]) == .right)
        #expect(problems[2].columns["solution"] == "long")
    }

    @Test func aSolutionWithoutABoxIsAFault() {
        let file = scratch.write("{\"problem\": \"P\", \"solution\": \"It is 3.\"}")
        let found = Boxed(file: file).problems()
        #expect(found.map(\.key) == ["file"])
        #expect(
            scratch.relative(found[0].message)
                == "data.jsonl:1: column 'solution': found no \\boxed{…} in it, expected a solution "
                + "that boxes its answer; correct the file, or name another column with columns:")
    }

    @Test func optionsAreChecked() {
        #expect(Boxed().problems().map(\.key) == ["file"])
        let bad = Boxed(file: scratch.write("{}"), question: "Solve it.")
        #expect(bad.problems().map(\.key) == ["question"])
    }
}

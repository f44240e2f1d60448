import GRPOTasks
import Testing

/// Where an answer is found when a completion may give it anywhere.
@Suite struct MathematicalExtractionTests {
    @Test(arguments: [
        ("So $x = 3$, and \\boxed{4}.", "4"), ("\\boxed{3}, no: \\boxed{4}", "4"),
        ("\\boxed{\\boxed{12}}", "12"), ("\\boxed{\\frac{1}{2}}", "\\frac{1}{2}"),
        ("\\boxed{1} and \\boxed{-2}.", "1, -2"), ("\\boxed{2}, \\boxed{3}, \\boxed{5}", "2, 3, 5"),
        ("$\\boxed{28}$ percent", "28%"), ("\\boxed{3} no no no no no \\boxed{4}", "4"),
        ("\\boxed{1} papers and \\boxed{2} bins", "1, 2"), ("\\boxed{4} and \\boxed{5", "4"),
        ("<answer> 7 </answer>", "7"), ("<answer>It is \\boxed{7}</answer>", "7"),
        ("\\boxed{5} <answer>6</answer>", "6"), ("<think>\\boxed{5}</think> It is 6.", "6"),
        ("The final answer is $\\frac12$. I hope it is correct.", "\\frac12"),
        ("Answer: 12\nThat took 5 minutes.", "12"), ("It is $1$ and $2$ and $3$", "1, 2, 3"),
        ("so $d = 90$. There are 12 sequences.", "12"), ("P(A) = 2/3 in the end.", "2/3"),
        ("12,000,023.", "12,000,023"), ("a fall of 20 %", "20%"), ("it is -5", "-5"),
        ("3-5", "5"), ("\\[ x = 4 \\]", " x = 4 "), ("costs $1,000.99\u{20AC}", "1,000.99"),
    ])
    func found(completion: String, answer: String) {
        #expect(AnswerExtraction.mathematical(in: completion) == answer)
    }

    @Test(arguments: ["", "no idea", "<think>\\boxed{5}", "AZYUK2A", "\\boxed{5"])
    func nothing(completion: String) {
        let found = AnswerExtraction.mathematical(in: completion)
        #expect(found == nil || completion == "\\boxed{5" && found == "5")
    }

    /// A verifier and a place for a data set of one's own.
    @Test func aTaskOfJSONLines() {
        let task = JSONLProblems(file: nil, verifier: .math, answer: .anywhere)
        let problem = Problem(id: "1", prompt: "?", answer: "We get $\\boxed{\\frac{1}{2}}$.")
        #expect(task.verify("So it is 0.5.", problem) == .right)
        #expect(task.verify("<answer>2/4</answer>", problem) == .right)
        #expect(task.verify("So it is 0.25.", problem) == .wrong)
        #expect(task.answer(in: "\\boxed{0.5}", to: problem) == "1/2")
        let huge = Problem(id: "2", prompt: "?", answer: "2004!")
        #expect(
            task.verify("5", huge)
                == .ungradable(
                    reason: "the true answer '2004!' is out of the verifier's bounds"))
    }

    /// Repetitions that ran to the length limit take linear time.
    @Test(arguments: [
        "\\boxed{", "\\boxed{1}", "$", "$1$ and ", "\\(", "\\[1\\]", "answer ", "{", "}", "9", ",1",
    ])
    func longCompletions(piece: String) {
        let text = String(repeating: piece, count: 200_000 / piece.utf8.count)
        let clock = ContinuousClock()
        let time = clock.measure {
            _ = AnswerExtraction.mathematical(in: text).map {
                MathematicsVerifier.verdict(on: $0, truth: "5")
            }
        }
        #expect(time < .seconds(10))
    }
}

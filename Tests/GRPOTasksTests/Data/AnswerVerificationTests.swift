import GRPOTasks
import Testing

/// What counts as a right answer, and which tricks do not (FAILURES section 2).
@Suite struct AnswerVerificationTests {
    private func verdict(
        _ completion: String, truth: String, _ place: AnswerPlace,
        _ verifier: AnswerVerifier = .number
    ) -> Verdict {
        let task = JSONLProblems(file: nil, verifier: verifier, answer: place)
        return task.verify(completion, Problem(id: "1", prompt: "?", answer: truth))
    }

    @Test(arguments: [
        ("3 * 4 = 12\n#### 12", "12"), ("####12", "12"), ("#### 2,000", "2000"),
        ("#### 2000", "2,000"), ("#### $18.00", "18"), ("#### -5", "-5"), ("#### 007", "7"),
        ("#### 12\nThat is all.", "12"), ("<think>#### 3</think>\n#### 12", "12"),
        ("#### 1,234,567.50", "1234567.5"), ("####   12   \r\n", "12"),
    ])
    func strictlyRight(completion: String, truth: String) {
        #expect(verdict(completion, truth: truth, .hashMarks) == .right)
    }

    /// The right number is always 12.
    @Test(arguments: [
        "12", "The answer is 12.", "#### 12 jars", "#### 11 12", "#### 12 or 13", "### 12",
        "#### twelve", "#### 12.", "#### 12%", "#### 1,2", "#### 12,000", "####\n12", "",
        "<think>\n#### 12", "<think>#### 12</think>12", "#### ١٢", "#### 3*4", "#### 12=12",
        "#### +12", "#### 0x0C", "#### 1.2e1", "#### $$12", "#### 12#### 13",
    ])
    func strictlyWrong(completion: String) {
        #expect(verdict(completion, truth: "12", .hashMarks) == .wrong)
    }

    @Test("GSM8K: the last #### counts, not the first")
    func enumeratedMarks() {
        let all = (1...100).map { "#### \($0)" }.joined(separator: "\n")
        #expect(verdict(all, truth: "12", .hashMarks) == .wrong)
        #expect(verdict(all, truth: "100", .hashMarks) == .right)
        #expect(verdict("#### 12\n#### 13", truth: "12", .hashMarks) == .wrong)
    }

    @Test("GSM8K: thousands separators are normalised on both sides")
    func separators() {
        for (given, truth) in [("2,000", "2000"), ("2000", "2,000"), ("2,000.0", "2,000")] {
            #expect(verdict("#### \(given)", truth: truth, .hashMarks) == .right)
            #expect(verdict("It is $\(given).", truth: truth, .lastNumber) == .right)
        }
        #expect(verdict("#### 20,00", truth: "2000", .hashMarks) == .wrong)
        for given in ["-12", "-$12", "$-12", " -$12.00 "] {
            for truth in ["-12", "-$12", "$-12"] {
                #expect(verdict("#### \(given)", truth: truth, .hashMarks) == .right)
                #expect(verdict("It is \(given).", truth: truth, .lastNumber) == .right)
            }
            #expect(verdict("#### \(given)", truth: "12", .hashMarks) == .wrong)
            #expect(verdict("It is \(given).", truth: "12", .lastNumber) == .wrong)
        }
        for given in ["$-$12", "--12", "-$-12", "$$12"] {
            #expect(verdict("#### \(given)", truth: "-12", .hashMarks) == .wrong)
        }
    }

    @Test(arguments: [
        ("The answer is 12.", true), ("12 jars, not 13 — no: 12 jars!", true), ("It is $12", true),
        ("#### 12", true), ("12 or 13", false), ("", false), ("no idea", false),
        ("<think>3 * 4 = 12", false), ("<think>12</think>", false), ("<think>7</think>12", true),
        ("12, that is 3*4", false),
    ])
    func flexible(completion: String, isRight: Bool) {
        #expect(verdict(completion, truth: "12", .lastNumber) == (isRight ? .right : .wrong))
    }

    @Test(arguments: [
        (AnswerPlace.tags, "<think>3*4</think><answer> 12 </answer>", true),
        (.tags, "<answer>12 jars</answer>", false), (.tags, "12", false),
        (.tags, "<answer>12", false), (.tags, "<answer>11</answer><answer>12</answer>", true),
        (.boxed, "so \\boxed{12}", true), (.boxed, "\\boxed{11}, no, \\boxed{12}.", true),
        (.boxed, "\\boxed{12", false), (.boxed, "\\boxed{{12}}", false),
        (.boxed, "\\boxed{\\boxed{12}}", true), (.boxed, "boxed{12}", false),
        (.text, " 12\n", true), (.text, "It is 12", false), (.text, "<think>x</think>12", true),
    ])
    func otherPlaces(place: AnswerPlace, completion: String, isRight: Bool) {
        #expect(verdict(completion, truth: "12", place) == (isRight ? .right : .wrong))
    }

    @Test(arguments: [
        ("<answer>Paris</answer>", true), ("<answer> Paris\n</answer>", true),
        ("<answer>paris</answer>", false), ("<answer>Paris.</answer>", false),
        ("<answer></answer>", false), ("Paris", false),
    ])
    func exactTexts(completion: String, isRight: Bool) {
        #expect(verdict(completion, truth: "Paris", .tags, .exact) == (isRight ? .right : .wrong))
    }

    /// Canonically equivalent spellings are different bytes, and no answer equals an empty one.
    @Test func exactMeansTheBytes() {
        let composed = "<answer>caf\u{E9}</answer>"
        #expect(verdict(composed, truth: "cafe\u{301}", .tags, .exact) == .wrong)
        #expect(verdict(composed, truth: "caf\u{E9}", .tags, .exact) == .right)
        guard case .ungradable = verdict("<answer></answer>", truth: " ", .tags, .exact) else {
            Issue.record("an empty truth can be graded")
            return
        }
    }

    /// A completion cannot make a problem ungradable; a truth that is no number does.
    @Test func onlyTheTruthIsUngradable() {
        guard case .ungradable(let reason) = verdict("#### 1", truth: "many", .hashMarks) else {
            Issue.record("'many' can be graded")
            return
        }
        #expect(reason.contains("many"))
    }

    /// Of a worked solution the number behind the last mark.
    @Test(arguments: [
        ("3*4 = <<3*4=12>>12 jars.\n#### 12", "12"), ("#### 1\n#### 2,000", "2000"), ("-7", "-7"),
        ("$5", "5"), ("#### many", nil), ("12 jars", nil), ("", nil),
    ])
    func truths(text: String, truth: String?) {
        #expect(AnswerVerifier.number.truth(of: text) == truth)
    }

    @Test func equalAnswersAreOneVote() {
        let task = JSONLProblems(file: nil, answer: .hashMarks)
        let problem = Problem(id: "1", prompt: "?", answer: "2000")
        #expect(task.answer(in: "#### $2,000.00", to: problem) == "2000")
        #expect(task.answer(in: "#### 2000", to: problem) == "2000")
        #expect(task.answer(in: "2000", to: problem) == nil)
    }

    /// A repetition that ran to the length limit must not take more than linear time.
    @Test func longCompletionsAreJudged() {
        let boxes = String(repeating: "\\boxed{", count: 100_000)
        #expect(verdict(boxes, truth: "1", .boxed) == .wrong)
        #expect(verdict(boxes + "1}", truth: "1", .boxed) == .right)
        let marks = String(repeating: "#", count: 500_000)
        #expect(verdict(marks + " 1", truth: "1", .hashMarks) == .right)
        let digits = String(repeating: "9", count: 500_000)
        #expect(verdict("#### " + digits, truth: "9", .hashMarks) == .wrong)
    }
}

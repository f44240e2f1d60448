package import GRPORewards
package import GRPOTasks

/// A completion that answers its problem rightly, and its twin that differs in the answer alone:
/// between what they earn lies what the rewards pay for being right.
package struct HonestAnswer: Sendable, Equatable {
    package let problem: Problem
    package let layout: AnswerLayout
    /// In a form that the verifier finds right.
    package let answer: String
    /// As plausible, and wrong.
    package let wrongAnswer: String
    package let thought: String

    package var right: String { layout.text(thought: thought, answer: answer) }
    package var wrong: String { layout.text(thought: thought, answer: wrongAnswer) }

    /// In every layout in which the verifier finds a form of the true answer right.
    package static func all(to problem: Problem, of task: any ProblemSource) -> [HonestAnswer] {
        guard problem.scenario == .reasoning else { return [] }
        // Finding them may take a search.
        let gold = task.goldAnswers(to: problem)
        guard !gold.isEmpty else { return [] }
        let thought = Self.thought(about: problem)
        /// The first answer of each layout with a verdict; all are judged together.
        func first(
            _ wanted: Verdict, of answers: [(layout: AnswerLayout, answer: String)]
        ) -> [AnswerLayout: String] {
            let texts = answers.map { $0.layout.text(thought: thought, answer: $0.answer) }
            let found = zip(answers, task.verdicts(of: texts, problem)).filter { $1 == wanted }
            return Dictionary(
                found.map { ($0.0.layout, $0.0.answer) }, uniquingKeysWith: { first, _ in first })
        }
        let right = first(
            .right,
            of: AnswerLayout.allCases.flatMap { layout in
                gold.map { (layout: layout, answer: $0) }
            })
        let wrong = first(
            .wrong,
            of: AnswerLayout.allCases.flatMap { layout in
                right[layout].map {
                    wrongAnswers($0, problem).map { (layout: layout, answer: $0) }
                } ?? []
            })
        return AnswerLayout.allCases.compactMap { layout in
            guard let answer = right[layout], let wrongAnswer = wrong[layout] else { return nil }
            return HonestAnswer(
                problem: problem, layout: layout, answer: answer, wrongAnswer: wrongAnswer,
                thought: thought)
        }
    }

    /// Some words of a thought in the problem's language, without a number.
    static func thought(about problem: Problem) -> String {
        switch LanguageConsistencyReward.target(of: problem) {
        case "de":
            "Zuerst lese ich die Frage, dann rechne ich Schritt für Schritt und prüfe das Ergebnis."
        default:
            "First I read the question, then I work it out step by step and check the result."
        }
    }

    /// Other answers in the form of the right one, the likeliest first.
    private static func wrongAnswers(_ answer: String, _ problem: Problem) -> [String] {
        var others: [String] = []
        if let number = Int(problem.answer), number < Int.max {
            others.append("\(number + 1)")
        }
        let scalars = Array(problem.answer.unicodeScalars)
        if scalars.count == 1, ("A"..."Y").contains(scalars[0]) || ("a"..."y").contains(scalars[0])
        {
            others.append(String(UnicodeScalar(UInt8(scalars[0].value) + 1)))
        }
        others.append("no answer")
        let inForm =
            answer.contains(problem.answer)
            ? others.map { answer.replacing(problem.answer, with: $0) } : []
        return inForm + others
    }
}

extension HonestAnswer {
    /// The answers in the layout in which right ones earn most: the first of the best.
    ///
    /// - Parameters:
    ///   - answers: to each problem, in all layouts; all of one task.
    ///   - maxCompletionLength: for rewards that go by it.
    ///   - seed: of what rewards draw.
    /// - Returns: one to each problem that has one in that layout.
    package static func best(
        _ answers: [[HonestAnswer]], for rewards: RewardSet, _ task: any ProblemSource, step: Int,
        maxSteps: Int, maxCompletionLength: Int?, seed: UInt64
    ) async throws -> [HonestAnswer] {
        var earned: [AnswerLayout: (sum: Double, count: Int)] = [:]
        for (place, answers) in answers.enumerated() {
            guard let problem = answers.first?.problem else { continue }
            let scored = try await rewards.rewards(
                for: RewardGroup(
                    problem: problem, completions: answers.map { Completion(whole: $0.right) },
                    step: step, maxSteps: maxSteps, maxCompletionLength: maxCompletionLength,
                    source: task, seed: seed &+ UInt64(place)))
            for (answer, total) in zip(answers, scored.totals) {
                guard let value = total.value else { continue }
                let before = earned[answer.layout] ?? (0, 0)
                earned[answer.layout] = (before.sum + value, before.count + 1)
            }
        }
        // A layout that serves fewer problems is worth less than one that serves them all.
        let most = earned.values.map(\.count).max() ?? 0
        let means = AnswerLayout.allCases.compactMap { layout in
            earned[layout].flatMap { $0.count == most ? (layout, $0.sum / Double(most)) : nil }
        }
        guard let highest = means.map(\.1).max(),
            let layout = means.first(where: { $0.1 >= highest - 1e-9 })?.0
        else { return [] }
        return answers.compactMap { $0.first { $0.layout == layout } }
    }
}

extension Completion {
    /// A text that somebody wrote to its end; its tokens are counted as words and marks would be,
    /// about four bytes each.
    package init(whole text: String) {
        self.init(text: text, tokenCount: text.utf8.count / 4 + 1, finishReason: .stop)
    }
}

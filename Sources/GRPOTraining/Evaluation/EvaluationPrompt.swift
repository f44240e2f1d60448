package import GRPORollouts
package import GRPOTasks
import GRPOTensors
package import GRPOTokenizers

/// How an evaluation puts its questions: the prompt's style, the examples before the question, and
/// whether the thought is opened.
package struct EvaluationPrompt: Sendable {
    private let style: PromptStyle
    private let settings: EvaluationSettings
    /// Answered questions, the same before every question.
    private let examples: [(problem: Problem, completion: String)]

    /// A question as the policy gets it.
    package struct Asked: Sendable {
        package var ids: [Int32]
        /// The same as text.
        package var text: String
        /// The opened thought that the prompt ends with, or nothing: what is judged begins with it.
        package var opening: String
    }

    /// - Throws: `TrainingError.noExample` where `few_shot` asks for examples that the task cannot
    ///   give.
    package init(
        task: any ProblemSource, style: PromptStyle, settings: EvaluationSettings
    ) throws(TrainingError) {
        self.style = style
        self.settings = settings
        examples = try Self.examples(task, count: settings.fewShot)
    }

    /// The question of a problem.
    package func ask(
        _ problem: Problem, with tokenizer: any Tokenizer
    ) throws(TokenizerError) -> Asked {
        let shown = shown(problem)
        let text = try style.text(shown, with: tokenizer)
        // The template may have opened it.
        let found = Thought.opening(ofPrompt: text)
        guard found.isEmpty, settings.think.applies(to: tokenizer) else {
            return Asked(ids: try style.encode(shown, with: tokenizer), text: text, opening: found)
        }
        // Encoded as one text, so that nothing comes between the question and the tag.
        let opening = TextSegment(Thought.opening, allowSpecial: true)
        let ids: [Int32]
        if style == .chat {
            let turns = shown.messages?.map { ChatMessage($0) } ?? [.user(shown.prompt)]
            ids = try tokenizer.encode(
                tokenizer.chatTemplate().segments(turns, addGenerationPrompt: true) + [opening])
        } else {
            let begin = tokenizer.addsBOS ? tokenizer.bosID.map { [$0] } ?? [] : []
            ids = try begin + tokenizer.encode([TextSegment(text, allowSpecial: false), opening])
        }
        return Asked(ids: ids, text: text + opening.text, opening: opening.text)
    }

    // MARK: - What is shown

    /// The problem as it is asked: with the examples before it, without its system message where
    /// the settings want none.
    private func shown(_ problem: Problem) -> Problem {
        let hasSystem = problem.messages?.contains { $0.role == "system" } == true
        guard !examples.isEmpty || (hasSystem && !settings.systemPrompt) else { return problem }
        let turns = turns(of: problem)
        let system = turns.prefix { $0.role == "system" }
        let answered = examples.flatMap { example in
            self.turns(of: example.problem).filter { $0.role != "system" }
                + [Message(role: "assistant", content: example.completion)]
        }
        let messages = Array(system) + answered + Array(turns.dropFirst(system.count))
        // As lm-evaluation-harness puts examples into one text: a space before the answer, an empty
        // line behind it.
        let before = examples.map { example in
            let question = self.turns(of: example.problem).filter { $0.role != "system" }
            return question.map(\.content).joined(separator: "\n\n") + " " + example.completion
        }
        let prompt = (before + turns.map(\.content)).joined(separator: "\n\n")
        return Problem(
            id: problem.id, prompt: prompt, answer: problem.answer, columns: problem.columns,
            messages: messages.count == 1 && messages[0].role == "user" ? nil : messages,
            scenario: problem.scenario)
    }

    private func turns(of problem: Problem) -> [Message] {
        let turns = problem.messages ?? [Message(role: "user", content: problem.prompt)]
        return settings.systemPrompt ? turns : turns.filter { $0.role != "system" }
    }

    // MARK: - Examples

    /// Distinct training problems that a rule can judge, each with a completion that the task's own
    /// verifier calls right: its solution where the problem has one, else the bare answer, or the
    /// answer marked in one of the usual ways.
    private static func examples(
        _ task: any ProblemSource, count: Int
    ) throws(TrainingError) -> [(problem: Problem, completion: String)] {
        guard count > 0 else { return [] }
        let name = type(of: task).name
        let available = task.trainingCount()
        guard available != 0 else {
            throw .noExample(task: name, found: 0, expected: count, problem: nil)
        }
        // The examples belong to the task, as the held-out problems do: no seed changes them.
        let stream = RandomStream(seed: 0, name: "evaluate/few-shot")
        var found: [(problem: Problem, completion: String)] = []
        var refused: String?
        for index in 0..<min(available ?? .max, 16 * count + 64) where found.count < count {
            var random: any RandomNumberGenerator = stream.generator(step: 0, slot: index)
            let problem = task.problem(index, split: .train, using: &random)
            guard problem.scenario == .reasoning,
                !found.contains(where: { $0.problem.id == problem.id })
            else { continue }
            let completion = completions(of: problem).first {
                task.verify($0, problem) == .right
            }
            if let completion {
                found.append((problem, completion))
            } else {
                refused = refused ?? problem.id
            }
        }
        guard found.count == count else {
            throw .noExample(task: name, found: found.count, expected: count, problem: refused)
        }
        return found
    }

    private static func completions(of problem: Problem) -> [String] {
        let answer = problem.answer
        return [problem.columns["solution"]].compactMap { $0 } + [
            answer, "#### \(answer)", "\\boxed{\(answer)}", "<answer>\(answer)</answer>",
        ]
    }
}

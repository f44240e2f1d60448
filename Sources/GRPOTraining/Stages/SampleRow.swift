package import GRPOTasks

/// A kept sample as a line of a samples file: TRL's prompt and completion, and where it comes from.
package struct SampleRow: Codable, Sendable, Hashable {
    /// The bare question: the recipe's prompt style is put around it where it is tokenized.
    package var prompt: String
    package var completion: String
    /// The conversation with the completion as its last turn, where the problem is one.
    package var messages: [Message]?
    package var problem: String
    package var answer: String
    package var scenario: Scenario
    /// The problem's, where it names one.
    package var language: String?
    package var readability: Double
    /// Of the completion, its ending included.
    package var tokens: Int
    /// The completion's place among those of its problem.
    package var sample: Int
    /// The step of the stage that sampled it, from 1.
    package var step: Int

    private enum CodingKeys: String, CodingKey {
        case prompt, completion, messages, answer, scenario, language, readability, tokens, sample
        case step
        case problem = "problem_id"
    }

    package init(
        _ problem: Problem, _ completion: Completion, readability: Double, sample: Int, step: Int
    ) {
        prompt = problem.prompt
        self.completion = completion.text
        messages = problem.messages.map {
            $0 + [Message(role: "assistant", content: completion.text)]
        }
        self.problem = problem.id
        answer = problem.answer
        scenario = problem.scenario
        language = problem.columns["language"]
        self.readability = readability
        tokens = completion.tokenCount
        self.sample = sample
        self.step = step
    }

    /// The document that a policy is trained on.
    package var document: TextDocument {
        TextDocument(prompt: prompt, completion: completion, messages: messages)
    }
}

/// The kept samples of a stage as documents of a later one.
package struct SampledTexts: TextStream, Hashable {
    package let rows: [SampleRow]

    package init(_ rows: [SampleRow]) {
        self.rows = rows
    }

    package var alphabet: [Character] {
        Set(
            rows.flatMap { row in
                row.prompt + row.completion + (row.messages ?? []).map(\.content).joined()
            }
        ).sorted()
    }

    package func documentCount() -> Int? { rows.count }

    package func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        rows[index % rows.count].document
    }
}

/// Which columns of a data file play which part: the recipe key `columns`. What is named is read
/// as that; where no column of questions or texts is named, the first record decides by the usual
/// names (see `layout(of:)`).
///
/// With it TRL's formats, alpaca and ShareGPT need no reader of their own: alpaca is
/// `{prompt: instruction, input: input, completion: output}`, ShareGPT `{messages: conversations}`.
package struct DataColumns: Codable, Sendable, Equatable {
    /// The question: text, or a conversation that the policy is to continue.
    package var prompt: String?
    /// More of the question, put below it; may be absent or empty in a record.
    package var input: String?
    /// A system message; may be absent or empty in a record.
    package var system: String?
    /// What follows the prompt: text, or turns.
    package var completion: String?
    /// A whole conversation; its last turn is the completion where it is the assistant's.
    package var messages: String?
    /// A text without a question.
    package var text: String?
    /// Of a preference the better completion.
    package var chosen: String?
    /// Of a preference the other one. Where no prompt is named, the prompt is what both begin with.
    package var rejected: String?
    /// The ground truth, for tasks; null: `answer`.
    package var answer: String?

    package init(
        prompt: String? = nil, completion: String? = nil, messages: String? = nil,
        text: String? = nil, answer: String? = nil
    ) {
        self.prompt = prompt
        self.completion = completion
        self.messages = messages
        self.text = text
        self.answer = answer
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(prompt, forKey: .prompt)
        try values.encode(input, forKey: .input)
        try values.encode(system, forKey: .system)
        try values.encode(completion, forKey: .completion)
        try values.encode(messages, forKey: .messages)
        try values.encode(text, forKey: .text)
        try values.encode(chosen, forKey: .chosen)
        try values.encode(rejected, forKey: .rejected)
        try values.encode(answer, forKey: .answer)
    }

    private enum CodingKeys: String, CodingKey {
        case prompt, input, system, completion, messages, text, chosen, rejected, answer
    }

    /// The names that cannot stand together, by key.
    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        func refuse(_ key: String, _ message: String) {
            found.append(("columns.\(key)", message))
        }
        if text != nil, hasQuestion {
            refuse("text", "a text has no question; name either text or the columns of questions")
        }
        if messages != nil, prompt != nil || chosen != nil || rejected != nil {
            refuse("messages", "a whole conversation holds its prompt; name nothing beside it")
        }
        if (chosen == nil) != (rejected == nil) {
            refuse(
                chosen == nil ? "rejected" : "chosen",
                "a preference needs both chosen and rejected")
        }
        if completion != nil, chosen != nil || messages != nil {
            refuse("completion", "name either completion, or chosen and rejected, or messages")
        }
        if chosen != nil || rejected != nil {
            for (key, name) in [("input", input), ("system", system)] where name != nil {
                refuse(
                    key,
                    "is not read beside a preference; put it into the column of prompts, or leave "
                        + "it out")
            }
        } else if prompt == nil {
            for (key, name) in [("input", input), ("system", system), ("completion", completion)]
            where name != nil {
                refuse(key, "needs columns.prompt to be named too")
            }
        }
        return found
    }

    private var hasQuestion: Bool {
        prompt != nil || messages != nil || chosen != nil || rejected != nil
    }

    /// How records are read; nil where nothing is named and `names`, the columns of the first
    /// record, are none of the usual ones: `messages` or `conversations`; `chosen` and `rejected`,
    /// perhaps with `prompt`; `prompt`, perhaps with `completion`; `instruction`, perhaps with
    /// `input`, `system` and `output`; `text`.
    func layout(of names: [String]) -> DataLayout? {
        func usual(_ name: String) -> String? { names.contains(name) ? name : nil }
        if let text { return .text(text) }
        if let messages { return .conversation(messages) }
        if let chosen, let rejected {
            return .preference(prompt: prompt, chosen: chosen, rejected: rejected)
        }
        if let prompt {
            return .question(
                prompt: prompt, input: input, system: system, completion: completion)
        }
        if let messages = usual("messages") ?? usual("conversations") {
            return .conversation(messages)
        }
        if let chosen = usual("chosen"), let rejected = usual("rejected") {
            return .preference(prompt: usual("prompt"), chosen: chosen, rejected: rejected)
        }
        if let prompt = usual("prompt") {
            return .question(
                prompt: prompt, input: nil, system: nil, completion: usual("completion"))
        }
        if let instruction = usual("instruction") {
            return .question(
                prompt: instruction, input: usual("input"), system: usual("system"),
                completion: usual("output"))
        }
        return usual("text").map { .text($0) }
    }
}

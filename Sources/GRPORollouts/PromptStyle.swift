package import GRPOTasks
package import GRPOTokenizers

/// How a question is put to the policy.
package enum PromptStyle: String, Sendable, Codable, CaseIterable {
    /// The question as it is.
    case plain
    /// DeepSeek-R1-Zero's template, plain text with think and answer tags (R1 report, table 1).
    case r1Zero = "r1_zero"
    /// The chat template of the model, the question as the user's message, or the problem's own
    /// conversation.
    case chat

    /// The prompt's ids, the question itself never read for special tokens.
    package func encode(
        _ problem: Problem, with tokenizer: any Tokenizer
    ) throws(TokenizerError) -> [Int32] {
        switch self {
        case .plain:
            return try tokenizer.encodePrompt(problem.prompt, allowSpecial: false)
        case .r1Zero:
            return try tokenizer.encodePrompt(Self.r1ZeroText(problem.prompt), allowSpecial: false)
        case .chat:
            return try tokenizer.encode(problem.chat, addGenerationPrompt: true)
        }
    }

    /// The prompt as text, for people.
    package func text(
        _ problem: Problem, with tokenizer: any Tokenizer
    ) throws(TokenizerError) -> String {
        switch self {
        case .plain: problem.prompt
        case .r1Zero: Self.r1ZeroText(problem.prompt)
        case .chat:
            try tokenizer.chatTemplate().text(problem.chat, addGenerationPrompt: true)
        }
    }

    /// The opened thought that the prompt ends with, or nothing.
    package func opening(
        of problem: Problem, with tokenizer: any Tokenizer
    ) throws(TokenizerError) -> String {
        Thought.opening(ofPrompt: try text(problem, with: tokenizer))
    }

    private static func r1ZeroText(_ question: String) -> String {
        """
        A conversation between User and Assistant. The user asks a question, and the Assistant \
        solves it. The assistant first thinks about the reasoning process in the mind and then \
        provides the user with the answer. The reasoning process and answer are enclosed within \
        <think> </think> and <answer> </answer> tags, respectively, i.e., <think> reasoning \
        process here </think> <answer> answer here </answer>. User: \(question). Assistant:
        """
    }
}

extension Problem {
    /// What the chat template is given.
    fileprivate var chat: [ChatMessage] {
        messages.map { $0.map { ChatMessage($0) } } ?? [.user(prompt)]
    }
}

extension ChatMessage {
    /// A turn of a data set.
    package init(_ message: Message) {
        self.init(role: message.role, content: message.content)
    }
}

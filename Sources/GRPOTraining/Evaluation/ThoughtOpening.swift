import GRPOTokenizers

/// Whether an evaluation's prompts end in `<think>` and a line feed, so that the completion begins
/// inside the thought: the DeepSeek-R1 README asks for it, because its models sometimes answer
/// without thinking.
package enum ThoughtOpening: String, Codable, Sendable, CaseIterable {
    case never
    /// Where the model is one that thinks: its vocabulary has `<think>` as one token, or its chat
    /// template names it.
    case auto
    case always

    /// Whether a policy with this tokenizer gets it.
    func applies(to tokenizer: any Tokenizer) -> Bool {
        switch self {
        case .never: false
        case .always: true
        case .auto:
            tokenizer.description.tokens.contains("<think>")
                || tokenizer.description.chatTemplate?.contains("<think>") == true
        }
    }
}

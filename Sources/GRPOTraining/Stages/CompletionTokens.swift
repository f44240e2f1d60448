import GRPORollouts
import GRPOTasks
import GRPOTokenizers

/// A completion and its prompt in the ids in which a policy reads and writes them, the ending
/// included. Two completions of one prompt have equal `prompt`.
struct CompletionTokens {
    let prompt: [Int32]
    let completion: [Int32]

    init(
        _ text: String, prompt: String, messages: [Message]?, _ style: PromptStyle,
        _ tokenizer: any Tokenizer
    ) throws(TokenizerError) {
        let tokens = try DocumentTokens(
            TextDocument(
                prompt: prompt, completion: text,
                messages: messages.map { $0 + [Message(role: "assistant", content: text)] }),
            style: style, tokenizer)
        self.prompt = Array(tokens.ids[..<tokens.completion])
        completion = Array(tokens.ids[tokens.completion...])
    }
}

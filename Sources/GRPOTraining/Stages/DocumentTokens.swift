package import GRPORollouts
package import GRPOTasks
package import GRPOTokenizers

/// A document as a policy is trained on it.
package struct DocumentTokens {
    /// Prompt, completion and ending.
    package let ids: [Int32]
    /// Where among them the completion begins.
    package let completion: Int

    /// A text's prompt has the ids with which a policy is asked to continue it, BOS included where
    /// the tokenizer adds one, and an ending token follows the completion. A conversation has the
    /// marks and endings that its template writes.
    package init(
        _ document: TextDocument, _ tokenizer: any Tokenizer
    ) throws(TokenizerError) {
        guard let messages = document.messages else {
            let prompt = try tokenizer.encodePrompt(document.prompt, allowSpecial: false)
            let answer = try tokenizer.encode(document.completion, allowSpecial: false)
            ids = prompt + answer + (tokenizer.endOfTextIDs.min().map { [$0] } ?? [])
            completion = prompt.count
            return
        }
        let turns = messages.map { ChatMessage($0) }
        let whole = try tokenizer.encode(turns, addGenerationPrompt: false)
        let asked = try tokenizer.encode(Array(turns.dropLast()), addGenerationPrompt: true)
        ids = whole
        completion = zip(whole, asked).prefix { $0 == $1 }.count
    }

    /// The document as a policy meets it when it samples: the prompt in a style, then the completion
    /// as it would write it, then the token with which it ends.
    ///
    /// A conversation is one only in the chat style, its last turn the completion. That turn is not
    /// written by the template, which may drop the thought of what it takes for history; only the
    /// prompt and the ending are.
    package init(
        _ document: TextDocument, style: PromptStyle, _ tokenizer: any Tokenizer
    ) throws(TokenizerError) {
        let messages = style == .chat ? document.messages : nil
        let problem = Problem(
            id: "", prompt: document.prompt, answer: "",
            messages: messages.map { Array($0.dropLast()) })
        let prompt = try style.encode(problem, with: tokenizer)
        let answer = try tokenizer.encode(
            messages?.last?.content ?? document.completion, allowSpecial: false)
        let ending = try style.ending(of: tokenizer)
        ids = prompt + answer + (ending.map { [$0] } ?? [])
        completion = prompt.count
    }
}

extension PromptStyle {
    /// The token that ends a completion: in a conversation the one that the template writes behind
    /// an assistant's turn, else the tokenizer's first.
    fileprivate func ending(of tokenizer: any Tokenizer) throws(TokenizerError) -> Int32? {
        let endings = tokenizer.endOfTextIDs
        guard self == .chat else { return endings.min() }
        let question = ChatMessage(role: "user", content: "a")
        let answer = ChatMessage(role: "assistant", content: "a")
        let asked = try tokenizer.encode([question], addGenerationPrompt: true)
        let whole = try tokenizer.encode([question, answer], addGenerationPrompt: false)
        let common = zip(whole, asked).prefix { $0 == $1 }.count
        return whole[common...].first(where: endings.contains) ?? endings.min()
    }
}

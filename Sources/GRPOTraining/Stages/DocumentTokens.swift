import GRPORollouts
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
}

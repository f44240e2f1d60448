import GRPOTokenizers

/// A tokenizer as the metadata of a GGUF file.
struct GGUFVocabulary {
    /// The keys `tokenizer.*`.
    let metadata: [(key: String, value: GGUFValue)]

    /// The keys of tokens that end a completion: of a text, of a turn, of a message.
    private static let endings = ["eos_token_id", "eot_token_id", "eom_token_id"]

    /// - Parameter size: the rows of the embedding. llama.cpp wants a token for each, so those
    ///   beyond the vocabulary get a name and the type "unused", as its converter gives them.
    init(_ tokenizer: TokenizerDescription, size: Int, path: String) throws(ModelFileError) {
        func error(_ found: String, _ expected: String, _ remedy: String) -> ModelFileError {
            ModelFileError(
                file: path, place: .tokenizer, found: found, expected: expected, remedy: remedy)
        }
        guard tokenizer.kind == .bytePair else {
            throw error(
                "a tokenizer of the kind \(tokenizer.kind.rawValue)",
                "byte-level byte-pair encoding",
                "Other kinds have no form that llama.cpp would read; keep the checkpoint.")
        }
        guard let preTokenizer = tokenizer.preTokenizer else {
            throw error(
                "a pre-tokenizer without a name", "one of those llama.cpp knows by name",
                "Write a Hugging Face directory instead, which holds the pattern itself.")
        }
        guard tokenizer.tokens.count <= size else {
            throw error(
                "\(tokenizer.tokens.count) tokens", "at most \(size), the rows of the embedding",
                "Model and tokenizer do not belong together.")
        }
        let padding = tokenizer.tokens.count..<size
        let types =
            tokenizer.tokenTypes.isEmpty
            ? [TokenizerDescription.TokenType](repeating: .normal, count: tokenizer.tokens.count)
            : tokenizer.tokenTypes
        var metadata: [(key: String, value: GGUFValue)] = [
            ("tokenizer.ggml.model", .string("gpt2")),
            ("tokenizer.ggml.pre", .string(preTokenizer)),
            (
                "tokenizer.ggml.tokens",
                .array(.string(tokenizer.tokens + padding.map { "[PAD\($0)]" }))
            ),
            (
                "tokenizer.ggml.token_type",
                .array(
                    .int32(
                        types.map { Int32($0.rawValue) }
                            + padding.map { _ in
                                Int32(TokenizerDescription.TokenType.unused.rawValue)
                            }))
            ),
            ("tokenizer.ggml.merges", .array(.string(tokenizer.merges))),
        ]
        func add(_ key: String, _ id: Int32?) {
            guard let id else { return }
            metadata.append(("tokenizer.ggml." + key, .uint32(UInt32(id))))
        }
        add("bos_token_id", tokenizer.bosID)
        for (key, id) in zip(Self.endings, tokenizer.endOfTextIDs) { add(key, id) }
        add("padding_token_id", tokenizer.padID)
        metadata.append(("tokenizer.ggml.add_bos_token", .bool(tokenizer.addsBOS)))
        if let template = tokenizer.chatTemplate {
            metadata.append(("tokenizer.chat_template", .string(template)))
        }
        self.metadata = metadata
    }
}

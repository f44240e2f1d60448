import GRPOJSON
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
        var metadata: [(key: String, value: GGUFValue)] = []
        func add(_ key: String, _ value: GGUFValue) {
            metadata.append((key: "tokenizer." + key, value: value))
        }
        if let loss = tokenizer.addedTokenWithoutType {
            throw error(
                "the added token \(printable(tokenizer.tokens[Int(loss.id)])) with its own rules",
                "added tokens that are found exactly as they are spelt",
                "Write a Hugging Face directory instead, which holds the rules.")
        }
        switch tokenizer.kind {
        case .bytePair:
            // Rules of its own would be lost: llama.cpp knows them by name alone.
            guard let preTokenizer = tokenizer.conventionName else {
                throw error(
                    "a pre-tokenizer without a name", "one of those llama.cpp knows by name",
                    "Write a Hugging Face directory instead, which holds the pattern itself.")
            }
            add("ggml.model", .string("gpt2"))
            add("ggml.pre", .string(preTokenizer))
            add("ggml.merges", .array(.string(tokenizer.merges)))
        case .sentencePiece:
            guard let scores = Self.scores(tokenizer) else {
                throw error(
                    "merges that no scores give", "those of a SentencePiece model",
                    "Write a Hugging Face directory instead, which holds the merges themselves.")
            }
            guard let spacePrefix = tokenizer.spacePrefix else {
                throw error(
                    "rules for spaces and unknown characters that llama.cpp does not know",
                    "a \u{2581} for every space, and one before every stretch of text or none",
                    "Write a Hugging Face directory instead, which holds the rules themselves.")
            }
            let last = [Float](
                repeating: -Float(tokenizer.merges.count + 1), count: padding.count)
            add("ggml.model", .string("llama"))
            add("ggml.pre", .string("default"))
            add("ggml.scores", .array(.float32(scores + last)))
            add("ggml.add_space_prefix", .bool(spacePrefix))
        case .characters:
            throw error(
                "a tokenizer of characters", "byte-pair encoding",
                "It has no form that llama.cpp would read; keep the checkpoint.")
        }
        add("ggml.tokens", .array(.string(tokenizer.tokens + padding.map { "[PAD\($0)]" })))
        let unused = [TokenizerDescription.TokenType](repeating: .unused, count: padding.count)
        let numbers = (types + unused).map { Int32($0.rawValue) }
        add("ggml.token_type", .array(.int32(numbers)))
        var roles: [(String, Int32?)] = [
            ("bos_token_id", tokenizer.bosID), ("padding_token_id", tokenizer.padID),
            ("unknown_token_id", types.firstIndex(of: .unknown).map { Int32($0) }),
        ]
        for (role, id) in zip(Self.endings, tokenizer.endOfTextIDs) { roles.append((role, id)) }
        for (role, id) in roles {
            if let id { add("ggml." + role, .uint32(UInt32(id))) }
        }
        add("ggml.add_bos_token", .bool(tokenizer.addsBOS))
        if let template = tokenizer.chatTemplate { add("chat_template", .string(template)) }
        self.metadata = metadata
    }

    /// Scores from which a reader makes the same merges: minus the place of the first merge that
    /// makes the token, and one less than all where none does. Nil where no scores would.
    private static func scores(_ tokenizer: TokenizerDescription) -> [Float]? {
        var places: [[UInt8]: Int] = [:]
        for (place, merge) in tokenizer.merges.enumerated() {
            guard let space = merge.utf8.firstIndex(of: 0x20) else { return nil }
            var token = Array(merge.utf8[..<space])
            token += merge.utf8[space...].dropFirst()
            if places[token] == nil { places[token] = place }
        }
        let last = tokenizer.merges.count
        let scores = tokenizer.tokens.map { -Float(places[Array($0.utf8)] ?? last) }
        let again = try? SentencePieceMerges.make(
            tokens: tokenizer.tokens, types: tokenizer.tokenTypes, scores: scores)
        return again == tokenizer.merges ? scores : nil
    }
}

extension TokenizerDescription {
    /// What a SentencePiece model's `tokenizer.ggml.add_space_prefix` stands for: every space is a
    /// `▁`, and one more comes before every stretch of text between added tokens, or none does.
    static func sentencePieceSteps(spacePrefix: Bool) -> [NormalizationStep] {
        let spaces = NormalizationStep.replace(" ", with: "\u{2581}")
        return spacePrefix ? [.prepend("\u{2581}"), spaces] : [spaces]
    }

    /// The value of that key from which a reader makes the rules of this tokenizer; nil where
    /// neither does.
    ///
    /// A Metaspace before the first stretch or before those without a `▁` of their own has no such
    /// value: the ids of a text that begins with a space, or goes on behind an added token, would
    /// be others than the model was trained with. One that is never put before a text has.
    fileprivate var spacePrefix: Bool? {
        let steps = normalizers ?? Self.sentencePieceSteps(spacePrefix: true)
        // With a token for each byte there is no unknown character.
        let spellsAll = tokenTypes.count { $0 == .byte } >= 256
        guard ignoresMerges != true, fusesUnknown != false || spellsAll else { return nil }
        return [true, false].first { prefix in
            let made = Self.sentencePieceSteps(spacePrefix: prefix)
            return (steps == made || !prefix && steps == [.metaspace(.never)])
                && stripsLeadingSpace ?? true == prefix
        }
    }

    /// An added token that would be found elsewhere if its type alone told of it, as GGUF has it.
    /// Special tokens are sought as they are spelt, whether in the normalised text or not:
    /// templates and not texts hold them.
    fileprivate var addedTokenWithoutType: AddedToken? {
        // A `▁` that comes before a text comes before a token sought in the normalised text too.
        let isPrefixed = kind == .sentencePiece && spacePrefix == true
        return addedTokens?.first { token in
            let type = tokenTypes.isEmpty ? .normal : tokenTypes[Int(token.id)]
            let isFound = [.control, .unknown, .userDefined].contains(type)
            return !isFound || token.isSingleWord || token.stripsLeft || token.stripsRight
                || token.isNormalized && !token.isSpecial && isPrefixed
        }
    }
}

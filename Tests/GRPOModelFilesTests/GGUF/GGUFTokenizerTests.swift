import GRPOModelFiles
import GRPOTokenizers
import Testing

@Suite("GGUF: the tokenizer")
struct GGUFTokenizerTests {
    /// A file of a vocabulary alone: four letters, one merge, two special tokens.
    static func vocabulary() -> GGUFBytes {
        var file = GGUFBytes()
        file.add("general.architecture", "llama")
        file.add("general.name", "abc")
        file.add("tokenizer.ggml.model", "gpt2")
        file.add("tokenizer.ggml.pre", "gpt-2")
        file.add("tokenizer.ggml.tokens", ["<s>", "</s>", "a", "b", "ab", "Ġ", "<x>"])
        file.add("tokenizer.ggml.token_type", [Int32(3), 3, 1, 1, 1, 1, 4])
        file.add("tokenizer.ggml.merges", ["a b"])
        file.add("tokenizer.ggml.bos_token_id", 0)
        file.add("tokenizer.ggml.eos_token_id", 1)
        file.add("tokenizer.ggml.eot_token_id", 1)
        file.add("tokenizer.ggml.add_bos_token", true)
        file.add("tokenizer.chat_template", "{{ messages }}")
        return file
    }

    @Test("a vocabulary alone serves the tokenizer and no model")
    func vocabularyOnly() throws {
        try withFile(Self.vocabulary().encoded().bytes) { path in
            let model = try GGUFModel(path: path)
            #expect(model.isVocabularyOnly)
            let tokenizer = try model.tokenizer()
            #expect(
                try tokenizer.encodePrompt("ab a<x><s>", allowSpecial: true)
                    == [0, 4, 5, 2, 6, 0])
            #expect(tokenizer.decode([4, 5, 2], skipSpecial: true) == "ab a")
            let error = try #require(throws: ModelFileError.self) { try model.configuration() }
            #expect(error.found == "a vocabulary without weights")
        }
    }

    @Test("every key has its field")
    func description() throws {
        try withFile(Self.vocabulary().encoded().bytes) { path in
            let description = try GGUFModel(path: path).tokenizerDescription()
            #expect(
                description
                    == TokenizerDescription(
                        kind: .bytePair, name: "abc",
                        tokens: ["<s>", "</s>", "a", "b", "ab", "Ġ", "<x>"],
                        tokenTypes: [
                            .control, .control, .normal, .normal, .normal, .normal, .userDefined,
                        ],
                        merges: ["a b"], preTokenizer: "gpt-2", bosID: 0, endOfTextIDs: [1],
                        padID: nil, addsBOS: true, chatTemplate: "{{ messages }}"))
        }
    }

    @Test("the ends of a text and of a turn both end a completion")
    func endings() throws {
        var file = Self.vocabulary()
        file.replace("tokenizer.ggml.eot_token_id") { $0.add("tokenizer.ggml.eot_token_id", 6) }
        file.add("tokenizer.ggml.padding_token_id", type: 4, GGUFBytes.integer(UInt32.max))
        try withFile(file.encoded().bytes) { path in
            let description = try GGUFModel(path: path).tokenizerDescription()
            #expect(description.endOfTextIDs == [1, 6])
            #expect(description.padID == nil)
        }
    }

    /// A key, its new value, the place of the error and a part of its text.
    static let changes:
        [(String, @Sendable (inout GGUFBytes) -> Void, ModelFileError.Place, String)] =
            [
                (
                    "tokenizer.ggml.model", { $0.add("tokenizer.ggml.model", "bert") },
                    .key("tokenizer.ggml.model"), "the tokenizer 'bert'"
                ),
                ("tokenizer.ggml.tokens", { _ in }, .key("tokenizer.ggml.tokens"), "no such key"),
                (
                    "tokenizer.ggml.token_type",
                    { $0.add("tokenizer.ggml.token_type", [Int32](repeating: 9, count: 7)) },
                    .key("tokenizer.ggml.token_type"), "type 9 of token 0"
                ),
                (
                    "tokenizer.ggml.token_type",
                    { $0.add("tokenizer.ggml.token_type", [Int32(1)]) },
                    .tokenizer, "1 token types for 7 tokens"
                ),
                (
                    "tokenizer.ggml.pre", { $0.add("tokenizer.ggml.pre", "tekken") }, .tokenizer,
                    #"splits words by "tekken""#
                ),
                (
                    "tokenizer.ggml.eos_token_id", { $0.add("tokenizer.ggml.eos_token_id", 7) },
                    .tokenizer, "the end-of-text token is 7"
                ),
                (
                    "tokenizer.ggml.eos_token_id",
                    { $0.add("tokenizer.ggml.eos_token_id", 3_000_000_000) },
                    .key("tokenizer.ggml.eos_token_id"), "3000000000"
                ),
                (
                    "tokenizer.ggml.merges", { $0.add("tokenizer.ggml.merges", ["a", "b"]) },
                    .tokenizer, #"merge 0 is "a""#
                ),
            ]

    @Test("what contradicts itself is named", arguments: changes.indices)
    func contradictions(index: Int) throws {
        let (key, change, place, text) = Self.changes[index]
        var file = Self.vocabulary()
        file.replace(key, change)
        try withFile(file.encoded().bytes) { path in
            let error = try #require(throws: ModelFileError.self) {
                try GGUFModel(path: path).tokenizer()
            }
            #expect(error.place == place)
            #expect(error.description.contains(text), "\(error)")
            #expect(error.description.hasPrefix(path))
        }
    }
}

import Foundation
import GRPOModelFiles
import GRPOModels
import GRPOTestSupport
import GRPOTokenizers
import Testing

@Suite("Hugging Face directory: the tokenizer")
struct HuggingFaceTokenizerTests {
    /// Four letters, one merge, two special tokens, one added by hand.
    static let tokenizer = TokenizerDescription(
        kind: .bytePair, name: "abc", tokens: ["<s>", "</s>", "a", "b", "ab", "Ġ", "<x>"],
        tokenTypes: [.control, .control, .normal, .normal, .normal, .normal, .userDefined],
        merges: ["a b"], preTokenizer: "gpt-2", bosID: 0, endOfTextIDs: [1], padID: 1,
        addsBOS: true, chatTemplate: "{{ messages }}")

    private static let configuration = DecoderConfiguration(
        vocabularySize: 9, hiddenSize: 16, intermediateSize: 24, layers: 1, heads: 2)

    private static func decoder() -> Decoder {
        Decoder(configuration, backend: TestBackend.openBLASFloat32.make())
    }

    private func directory<Result>(
        _ files: [String: String], _ body: (String) throws -> Result
    ) throws -> Result {
        try withPath("model") { path in
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            try Data(try TokenizerFile.tokenizerJSON(Self.tokenizer)).write(
                to: URL(fileURLWithPath: path + "/tokenizer.json"))
            for (name, text) in files {
                try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
            }
            return try body(path)
        }
    }

    private func description(_ files: [String: String]) throws -> TokenizerDescription {
        try directory(files) { try HuggingFaceModel(path: $0).tokenizerDescription() }
    }

    @Test("through a directory and through GGUF, the ids stay the same")
    func roundTrip() throws {
        let text = "ab a<x><s>"
        let ids: [Int32] = [0, 4, 5, 2, 6, 0]
        try withPath("model") { path in
            try HuggingFaceWriter().write(
                Self.decoder(), tokenizer: Self.tokenizer, to: path)
            let model = try HuggingFaceModel(path: path)
            let read = try model.tokenizerDescription()
            #expect(read.tokens == Self.tokenizer.tokens)
            #expect(read.tokenTypes == Self.tokenizer.tokenTypes)
            #expect(read.merges == ["a b"] && read.preTokenizer == "gpt-2")
            #expect(read.bosID == 0 && read.endOfTextIDs == [1] && read.padID == 1)
            #expect(read.addsBOS && read.chatTemplate == "{{ messages }}")
            #expect(try model.tokenizer().encodePrompt(text, allowSpecial: true) == ids)
            #expect(try model.configuration().vocabularySize == 9)

            let file = path + "/model.gguf"
            try GGUFWriter().write(Self.decoder(), tokenizer: read, to: file)
            let gguf = try GGUFModel(path: file).tokenizer()
            #expect(try gguf.encodePrompt(text, allowSpecial: true) == ids)
            #expect(gguf.description.tokens == Self.tokenizer.tokens + ["[PAD7]", "[PAD8]"])
            #expect(gguf.description.chatTemplate == "{{ messages }}")
        }
    }

    @Test("a tokenizer.json that is given is kept byte for byte")
    func kept() throws {
        let bytes = try TokenizerFile.tokenizerJSON(Self.tokenizer) + Array(" \n".utf8)
        try withPath("model") { path in
            try HuggingFaceWriter().write(
                Self.decoder(), tokenizer: Self.tokenizer, vocabulary: bytes, to: path)
            #expect(try HuggingFaceModel(path: path).vocabulary() == bytes)
        }
    }

    @Test("pieces of SentencePiece keep their merges through the scores of a GGUF file")
    func sentencePieces() throws {
        let merges = ["b c", "a b", "ab c", "a bc"]
        let tokenizer = TokenizerDescription(
            kind: .sentencePiece, name: "spm",
            tokens: ["<unk>", "a", "b", "c", "ab", "bc", "abc", "</s>"],
            tokenTypes: [
                .unknown, .normal, .normal, .normal, .normal, .normal, .normal, .control,
            ],
            merges: merges, endOfTextIDs: [7])
        try withPath("model.gguf") { path in
            try GGUFWriter().write(Self.decoder(), tokenizer: tokenizer, to: path)
            let read = try GGUFModel(path: path).tokenizerDescription()
            #expect(read.kind == .sentencePiece)
            #expect(Array(read.merges) == merges)
        }
    }

    @Test("rules that have no name in llama.cpp are refused in GGUF")
    func unnamed() throws {
        var tokenizer = Self.tokenizer
        tokenizer.preTokenizer = nil
        tokenizer.splitRules = [.pattern("[ab]", dropsGaps: false)]
        try withPath("model.gguf") { path in
            let error = try #require(throws: ModelFileError.self) {
                try GGUFWriter().write(Self.decoder(), tokenizer: tokenizer, to: path)
            }
            #expect(error.found == "a pre-tokenizer without a name")
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test("special tokens are found in either file, endings in the model's")
    func places() throws {
        let alone = try description(["special_tokens_map.json": #"{"bos_token": "<s>"}"#])
        #expect(alone.bosID == 0 && alone.endOfTextIDs.isEmpty)
        let both = try description([
            "tokenizer_config.json": #"{"bos_token": null, "eos_token": {"content": "</s>"}}"#,
            "special_tokens_map.json": #"{"bos_token": "<s>", "eos_token": "<x>"}"#,
            "generation_config.json": #"{"eos_token_id": [1, 6]}"#,
            "config.json": #"{"eos_token_id": 6}"#,
        ])
        #expect(both.endOfTextIDs == [1, 6])
    }

    @Test("the template: its own file first, else the configuration's, by name where it has names")
    func templates() throws {
        let named =
            #"{"chat_template": [{"name": "tool", "template": "t"}, "#
            + #"{"name": "default", "template": "d"}]}"#
        #expect(try description(["tokenizer_config.json": named]).chatTemplate == "d")
        #expect(
            try description(["tokenizer_config.json": named, "chat_template.jinja": "j"])
                .chatTemplate == "j")
        #expect(
            try description(["tokenizer_config.json": #"{"chat_template": "s"}"#]).chatTemplate
                == "s")
        #expect(try description([:]).chatTemplate == nil)
    }

    @Test(
        "what contradicts itself is named with its file",
        arguments: [
            ("generation_config.json", #"{"eos_token_id": -1}"#, "generation_config.json"),
            ("generation_config.json", #"{"eos_token_id": "</s>"}"#, "a token id"),
            ("generation_config.json", #"{"eos_token_id": 70}"#, "the end-of-text token is 70"),
            ("tokenizer_config.json", #"{"eos_token": "none"}"#, "eos_token of tokenizer_config"),
            ("tokenizer_config.json", "[]", "expected an object"),
            (
                "tokenizer_config.json",
                #"{"chat_template": [{"name": "rag", "template": "r"}, {"name": "tool"}]}"#,
                "templates by the names 'rag', 'tool'"
            ),
            (
                "tokenizer_config.json", #"{"chat_template": [{"name": "default"}]}"#,
                "to chat_template.jinja in the same directory"
            ),
            (
                "tokenizer_config.json", #"{"bos_token": "<s>", "bos_token": "</s>"}"#,
                "the key 'bos_token' a second time"
            ),
            ("tokenizer.json", "{", "tokenizer.json"),
            (
                "tokenizer.json",
                #"{"model":{"type":"BPE","vocab":{"a":16777215},"merges":[]}}"#, "from 0 to 1025"
            ),
        ])
    func contradictions(file: String, text: String, message: String) throws {
        try directory([file: text]) { path in
            let error = try #require(throws: ModelFileError.self) {
                try HuggingFaceModel(path: path).tokenizerDescription()
            }
            #expect("\(error)".contains(message), "\(error)")
            #expect(!error.remedy.isEmpty)
        }
    }
}

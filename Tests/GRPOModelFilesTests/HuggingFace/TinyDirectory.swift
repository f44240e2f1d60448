import Foundation
import GRPOModelFiles
import GRPOTestSupport
import GRPOTokenizers
import Testing

/// A directory that transformers wrote, of the fixtures.
struct TinyDirectory {
    static let names = ["llama-untied", "llama-sharded", "qwen2-tied", "qwen3-untied"]

    let name: String
    let path: String
    let tokens: [Int32]
    let logits: [Double]

    init(_ name: String) throws {
        self.name = name
        let folder = try #require(
            Bundle.module.url(forResource: "Fixtures/huggingface", withExtension: nil))
        path = folder.appendingPathComponent(name).path
        let oracle = try SafetensorsFixture(
            contentsOf: folder.appendingPathComponent(name + ".logits.safetensors"))
        tokens = oracle["tokens"].integers.map { Int32($0) }
        logits = oracle["logits"].doubles
    }

    /// The element type of its weights.
    var encoding: TensorEncoding {
        ["llama-untied": .float32, "llama-sharded": .bfloat16, "qwen2-tied": .float16][name]
            ?? .float32
    }

    /// A tokenizer of as many tokens as the models have.
    static let tokenizer = TokenizerDescription(
        kind: .bytePair, name: "tiny",
        tokens: ["<unk>", "<s>", "</s>"] + (3..<37).map { "t\($0)" },
        tokenTypes: [.unknown, .control, .control]
            + [TokenizerDescription.TokenType](repeating: .normal, count: 34),
        merges: [], preTokenizer: "gpt-2", bosID: 1, endOfTextIDs: [2], addsBOS: true,
        chatTemplate: "{{ messages }}")
}

/// A new path in a temporary directory that is removed when `body` ends.
func withPath<Result>(_ name: String, _ body: (String) throws -> Result) throws -> Result {
    try withFile([], named: "empty") { path in
        try body(
            URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(name)
                .path)
    }
}

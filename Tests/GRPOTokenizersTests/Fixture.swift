import Foundation
import GRPOTokenizers
import Testing

/// What Hugging Face `tokenizers` and `transformers` gave; `Fixtures/make_fixtures.py` made it.
enum Fixture {
    /// Ids of one hard string; absent fields equal `ids` and the string.
    struct Row: Decodable {
        let ids: [Int32]
        let plain: [Int32]?
        let decoded: String?
    }

    struct Noise: Decodable {
        let ids: [Int32]
        let decoded: String
    }

    struct Expected: Decodable {
        let strings: [Row]
        let noise: [Noise]
    }

    struct Chats: Decodable {
        struct Chat: Decodable {
            let template: String
            let messages: [ChatMessage]
            let addGenerationPrompt: Bool
            let text: String
            let ids: [Int32]

            enum CodingKeys: String, CodingKey {
                case template, messages, text, ids
                case addGenerationPrompt = "add_generation_prompt"
            }
        }

        let templates: [String: String]
        let chats: [Chat]
    }

    static let vocabularies = ["small-gpt2", "small-smollm", "smollm2"]

    static func data(_ file: String) throws -> Data {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        return try Data(contentsOf: folder.appending(path: file))
    }

    static func json<Value: Decodable>(_ file: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: data(file))
    }

    /// The description of a vocabulary; SmolLM2's tokens after its bytes are its merges, joined.
    static func description(_ vocabulary: String) throws -> TokenizerDescription {
        var description = try json("\(vocabulary).json", as: TokenizerDescription.self)
        guard vocabulary == "smollm2" else { return description }
        let merges = String(decoding: try data("smollm2-merges.txt"), as: UTF8.self)
        description.merges = TextList(merges.split(separator: "\n").map(String.init))
        description.tokens += description.merges.map { $0.replacing(" ", with: "") }
        description.tokenTypes += description.merges.map { _ in .normal }
        return description
    }
}

/// The tokenizers of the fixtures, each made once.
enum Made {
    static let tokenizers: [String: any Tokenizer] = {
        let made = try? Fixture.vocabularies.map {
            ($0, try Tokenizers.make(Fixture.description($0)))
        }
        return Dictionary(uniqueKeysWithValues: made ?? [])
    }()

    static func tokenizer(_ vocabulary: String) throws -> any Tokenizer {
        try #require(tokenizers[vocabulary])
    }
}

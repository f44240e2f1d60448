import Foundation
package import GRPOTokenizers

extension GGUFModel {
    /// The keys of tokens that end a completion: of a text, of a turn, of a message.
    private static let endings = ["eos_token_id", "eot_token_id", "eom_token_id"]

    /// What the tokenizer is made from; needs no weights.
    package func tokenizerDescription() throws(ModelFileError) -> TokenizerDescription {
        let key = "tokenizer.ggml.model"
        let model = try file.string(key)
        guard model == "gpt2" else {
            throw error(
                key, found: "the tokenizer \(printable(model))",
                expected: "gpt2, which means byte-level byte-pair encoding",
                remedy: "This kind of tokenizer is not known here; use another model.")
        }
        var endings: [Int32] = []
        for key in Self.endings {
            if let id = try tokenID(key), !endings.contains(id) { endings.append(id) }
        }
        return TokenizerDescription(
            kind: .bytePair,
            name: try file.string("general.name", default: fileName),
            tokens: try file.strings("tokenizer.ggml.tokens"),
            tokenTypes: try tokenTypes(),
            merges: try file.strings("tokenizer.ggml.merges"),
            preTokenizer: try file.string("tokenizer.ggml.pre", default: "default"),
            bosID: try tokenID("bos_token_id"),
            endOfTextIDs: endings,
            padID: try tokenID("padding_token_id"),
            addsBOS: try file.bool("tokenizer.ggml.add_bos_token", default: false),
            chatTemplate: file.metadata["tokenizer.chat_template"] == nil
                ? nil : try file.string("tokenizer.chat_template"))
    }

    private var fileName: String {
        URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }

    private func tokenID(_ name: String) throws(ModelFileError) -> Int32? {
        let key = "tokenizer.ggml." + name
        guard file.metadata[key] != nil else { return nil }
        let id = try file.integer(key)
        // Converters write the largest number for "none".
        if id == -1 || id == Int(UInt32.max) { return nil }
        guard id >= 0, let id = Int32(exactly: id) else {
            throw error(
                key, found: "\(id)", expected: "a token id",
                remedy: "The file is damaged; convert the model again.")
        }
        return id
    }

    private func tokenTypes() throws(ModelFileError) -> [TokenizerDescription.TokenType] {
        let key = "tokenizer.ggml.token_type"
        guard file.metadata[key] != nil else { return [] }
        let numbers = try file.integers(key)
        var types: [TokenizerDescription.TokenType] = []
        types.reserveCapacity(numbers.count)
        for (id, number) in numbers.enumerated() {
            guard let type = TokenizerDescription.TokenType(rawValue: number) else {
                throw error(
                    key, found: "type \(number) of token \(id)", expected: "a type from 1 to 6",
                    remedy: "The file is damaged; convert the model again.")
            }
            types.append(type)
        }
        return types
    }
}

import Foundation
import GRPOJSON
package import GRPOTokenizers

extension GGUFModel {
    /// The keys of tokens that end a completion: of a text, of a turn, of a message.
    private static let endings = ["eos_token_id", "eot_token_id", "eom_token_id"]

    /// What the tokenizer is made from; needs no weights.
    package func tokenizerDescription() throws(ModelFileError) -> TokenizerDescription {
        let key = "tokenizer.ggml.model"
        var description: TokenizerDescription
        switch try file.string(key) {
        case "gpt2": description = try bytePairs()
        case "llama": description = try sentencePieces()
        case let model:
            throw error(
                key, found: "the tokenizer \(printable(model))",
                expected: "gpt2 (byte-level byte-pair encoding) or llama (SentencePiece)",
                remedy: "This kind of tokenizer is not known here; use another model.")
        }
        for key in Self.endings {
            if let id = try tokenID(key), !description.endOfTextIDs.contains(id) {
                description.endOfTextIDs.append(id)
            }
        }
        description.bosID = try tokenID("bos_token_id")
        description.padID = try tokenID("padding_token_id")
        if file.metadata["tokenizer.chat_template"] != nil {
            description.chatTemplate = try file.string("tokenizer.chat_template")
        }
        description.addsBOS = try file.bool(
            "tokenizer.ggml.add_bos_token", default: addsBOS(description))
        return description
    }

    /// What a file means that does not say whether BOS comes before a text: that of Llama's kinds
    /// does, where there is one.
    private func addsBOS(_ description: TokenizerDescription) -> Bool {
        let names: [String?] = ["llama-bpe", "llama3", "llama-v3"]
        return description.bosID != nil
            && (description.kind == .sentencePiece || names.contains(description.preTokenizer))
    }

    private func bytePairs() throws(ModelFileError) -> TokenizerDescription {
        TokenizerDescription(
            kind: .bytePair,
            name: try file.string("general.name", default: fileName),
            tokens: try file.strings("tokenizer.ggml.tokens"),
            tokenTypes: try tokenTypes(),
            merges: try file.strings("tokenizer.ggml.merges"),
            preTokenizer: try file.string("tokenizer.ggml.pre", default: "default"))
    }

    /// SentencePiece's vocabulary comes with scores, from which the merges follow.
    private func sentencePieces() throws(ModelFileError) -> TokenizerDescription {
        let key = "tokenizer.ggml.scores"
        let tokens = try file.strings("tokenizer.ggml.tokens")
        let types = try tokenTypes()
        let scores = try scores()
        let merges: TextList
        do throws(TokenizerError) {
            merges = try SentencePieceMerges.make(tokens: tokens, types: types, scores: scores)
        } catch let failure {
            throw error(
                key, found: "scores that do not fit (\(failure))",
                expected: "one for each token, as in a vocabulary that was trained",
                remedy: "The file is damaged; convert the model again.")
        }
        let begins = try file.bool("tokenizer.ggml.add_space_prefix", default: true)
        return TokenizerDescription(
            kind: .sentencePiece,
            name: try file.string("general.name", default: fileName),
            tokens: tokens, tokenTypes: types, merges: merges,
            normalizers: TokenizerDescription.sentencePieceSteps(spacePrefix: begins),
            stripsLeadingSpace: begins)
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

    /// As they are where they are float32, which they are in files in use.
    private func scores() throws(ModelFileError) -> [Float] {
        let key = "tokenizer.ggml.scores"
        if case .array(.float32(let values)) = file.metadata[key] { return values }
        return try file.reals(key).map { Float($0) }
    }

    private func tokenTypes() throws(ModelFileError) -> [TokenizerDescription.TokenType] {
        let key = "tokenizer.ggml.token_type"
        guard let value = file.metadata[key] else { return [] }
        guard case .array(let numbers) = value, numbers.holdsIntegers else {
            throw error(
                key, found: value.summary, expected: "an array of integers",
                remedy: "The file is damaged; convert the model again.")
        }
        var types: [TokenizerDescription.TokenType] = []
        types.reserveCapacity(numbers.count)
        for id in 0..<numbers.count {
            let number = numbers.integer(at: id)
            guard let number, let type = TokenizerDescription.TokenType(rawValue: number) else {
                throw error(
                    key, found: "type \(number.map(String.init) ?? "beyond 2^63") of token \(id)",
                    expected: "a type from 1 to 6",
                    remedy: "The file is damaged; convert the model again.")
            }
            types.append(type)
        }
        return types
    }
}

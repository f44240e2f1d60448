package import GRPOModels
package import GRPOTensors
package import GRPOTokenizers

/// A model that lies in files: its shape, its tokenizer, its weights.
///
/// Opening one reads no weights. Each format is one type that conforms.
package protocol ModelSource: Sendable {
    /// The path as the user gave it.
    var path: String { get }

    /// The shape of the decoder; every tensor of the files has been checked against it.
    func configuration() throws(ModelFileError) -> DecoderConfiguration

    /// What the tokenizer is made from.
    func tokenizerDescription() throws(ModelFileError) -> TokenizerDescription

    /// Replaces the values of every parameter; the gaps between them stay as they are.
    ///
    /// - Parameter decoder: of the shape that `configuration()` says, up to `maxPositions`.
    func loadWeights(into decoder: Decoder) throws(ModelFileError)

    /// What the files hold, for people.
    func summary() -> ModelSummary
}

extension ModelSource {
    /// The decoder with its weights.
    package func decoder(backend: any Backend) throws(ModelFileError) -> Decoder {
        let decoder = Decoder(try configuration(), backend: backend)
        try loadWeights(into: decoder)
        return decoder
    }

    /// The tokenizer.
    package func tokenizer() throws(ModelFileError) -> any Tokenizer {
        let description = try tokenizerDescription()
        do {
            return try Tokenizers.make(description)
        } catch {
            throw ModelFileError(
                file: path, place: .tokenizer, found: "one that cannot be built (\(error))",
                expected: "a tokenizer of a kind known here",
                remedy: "Use a model with one, or convert the model again.")
        }
    }
}

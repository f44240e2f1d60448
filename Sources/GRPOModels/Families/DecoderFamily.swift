/// What a family of models fixes of the one decoder, whatever a model's own settings say. Each
/// family is a constant in a file of its own.
package struct DecoderFamily: Sendable, Equatable {
    /// As a decoder's configuration, `model_type` of a `config.json` and the architecture of a
    /// GGUF file spell it.
    package let name: String
    /// The class of transformers that computes it, as `architectures` of a `config.json` names it.
    package let huggingFaceClass: String
    /// Whether q, k and v have biases and nothing else has; nil where a model's settings decide.
    package let queryKeyValueBias: Bool?
    /// Whether the feed-forward projections have biases; nil where a model's settings decide.
    package let feedForwardBias: Bool?
    /// Whether every head of q and of k is normalised.
    package let queryKeyNorm: Bool
    /// The size of a head where a `config.json` names none; nil: the hidden size shared among the
    /// heads.
    package let headDim: Int?
    /// Whether llama.cpp stores the rows of q and k in its own order.
    package let isInterleavedInGGUF: Bool
    /// Whether llama.cpp adds a bias to the attention's output.
    package let hasOutputBiasInGGUF: Bool

    /// All of them; one more is one element here and one file beside this.
    package static let all = [llama, qwen2, qwen3]

    /// Their names, for messages.
    package static var names: String { all.map(\.name).joined(separator: ", ") }

    /// The family of this name, if it is one of those served.
    package static func named(_ name: String) -> DecoderFamily? { all.first { $0.name == name } }

    /// What the configuration of a decoder has otherwise than every model of the family, in words;
    /// empty where a file of the family can hold it. A decoder computes either way.
    package func problems(_ configuration: DecoderConfiguration) -> [String] {
        let fixed: [(what: String, found: Bool, expected: Bool?)] = [
            ("norms of q and k", configuration.queryKeyNorm, queryKeyNorm),
            ("biases of q, k and v", configuration.queryKeyValueBias, queryKeyValueBias),
            (
                "a bias of the attention's output", configuration.outputBias,
                queryKeyValueBias == nil ? nil : false
            ),
            ("biases of the feed-forward network", configuration.feedForwardBias, feedForwardBias),
        ]
        return fixed.compactMap { what, found, expected in
            guard let expected, found != expected else { return nil }
            return found ? what : "no " + what
        }
    }

    /// Where each tensor of a Hugging Face checkpoint goes.
    package static func huggingFaceBindings(
        _ configuration: DecoderConfiguration
    ) -> [TensorBinding] {
        DecoderTensorNames.huggingFace.bindings(configuration)
    }

    /// Where each tensor of a GGUF file goes; some families' q and k rows are permuted there.
    package static func ggufBindings(_ configuration: DecoderConfiguration) -> [TensorBinding] {
        DecoderTensorNames.gguf.bindings(configuration)
    }
}

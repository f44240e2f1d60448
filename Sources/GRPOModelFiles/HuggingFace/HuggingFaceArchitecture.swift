import GRPOModels

/// A model type of Hugging Face configurations that a decoder of this package serves.
struct HuggingFaceArchitecture: Sendable {
    let traits: DecoderFamily
    /// The class that `architectures` names.
    let className: String

    /// All of them; one more is one element here.
    static let served = [
        HuggingFaceArchitecture(traits: .llama, className: "LlamaForCausalLM"),
        HuggingFaceArchitecture(traits: .qwen2, className: "Qwen2ForCausalLM"),
        HuggingFaceArchitecture(traits: .qwen3, className: "Qwen3ForCausalLM"),
    ]

    /// The architecture that a decoder is written as.
    static func of(_ configuration: DecoderConfiguration) -> HuggingFaceArchitecture? {
        served.first { $0.family == configuration.family }
    }

    /// The family of the decoder.
    var family: String { traits.name }

    /// The value of `model_type`.
    var modelType: String { traits.name }

    /// Which biases its attention has: those of the family, whatever `attention_bias` says, or nil
    /// where that key decides on all four.
    var queryKeyValueBias: Bool? { traits.queryKeyValueBias }

    /// Where each tensor goes.
    func bindings(_ configuration: DecoderConfiguration) -> [TensorBinding] {
        DecoderFamily.huggingFaceBindings(configuration)
    }
}

import GRPOModels

/// A model type of Hugging Face configurations that a decoder of this package serves.
struct HuggingFaceArchitecture: Sendable {
    /// The value of `model_type`.
    let modelType: String
    /// The class that `architectures` names.
    let className: String
    /// The family of the decoder.
    let family: String
    /// Which biases its attention has: those of the family, whatever `attention_bias` says, or nil
    /// where that key decides on all four.
    let queryKeyValueBias: Bool?
    /// Where each tensor goes.
    let bindings: @Sendable (DecoderConfiguration) -> [TensorBinding]

    /// All of them; one more is one element here.
    static let served = [
        HuggingFaceArchitecture(
            modelType: "llama", className: "LlamaForCausalLM", family: "llama",
            queryKeyValueBias: nil, bindings: { LlamaFamily.huggingFaceBindings($0) }),
        HuggingFaceArchitecture(
            modelType: "qwen2", className: "Qwen2ForCausalLM", family: "qwen2",
            queryKeyValueBias: true, bindings: { LlamaFamily.huggingFaceBindings($0) }),
    ]

    /// The architecture that a decoder is written as.
    static func of(_ configuration: DecoderConfiguration) -> HuggingFaceArchitecture? {
        served.first { $0.family == configuration.family }
    }
}

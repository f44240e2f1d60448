import GRPOModels

/// An architecture of GGUF files that a decoder of this package serves.
struct GGUFArchitecture: Sendable {
    /// The value of `general.architecture`; its keys begin with it.
    let name: String
    /// The family of the decoder.
    let family: String
    /// Where each tensor goes.
    let bindings: @Sendable (DecoderConfiguration) -> [TensorBinding]
    /// Whether the rows of query and key projections are in llama.cpp's order.
    let permutesQueriesAndKeys: Bool

    /// The heads of a query or key projection whose rows llama.cpp reorders; nil of any other
    /// tensor.
    func interleavedHeads(
        _ binding: TensorBinding, _ configuration: DecoderConfiguration
    ) -> Int? {
        guard permutesQueriesAndKeys else { return nil }
        return switch binding.tensorName.split(separator: ".").dropLast().last {
        case "attn_q": configuration.heads
        case "attn_k": configuration.keyValueHeads
        default: nil
        }
    }

    /// All of them; one more is one element here.
    static let served = [
        GGUFArchitecture(
            name: "llama", family: "llama",
            bindings: { LlamaFamily.ggufBindings($0) }, permutesQueriesAndKeys: true),
        GGUFArchitecture(
            name: "qwen2", family: "qwen2",
            bindings: { LlamaFamily.ggufBindings($0) }, permutesQueriesAndKeys: false),
    ]
}

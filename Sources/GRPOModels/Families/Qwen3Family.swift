extension DecoderFamily {
    /// Qwen3, dense (Yang et al. 2025, arXiv 2505.09388): Llama with a norm of every head of q and
    /// k, and heads whose size the hidden size does not decide.
    package static let qwen3 = DecoderFamily(
        name: "qwen3", huggingFaceClass: "Qwen3ForCausalLM", queryKeyValueBias: nil,
        feedForwardBias: false, queryKeyNorm: true, headDim: 128, isInterleavedInGGUF: false,
        hasOutputBiasInGGUF: false)
}

extension DecoderFamily {
    /// Qwen2 and Qwen2.5 (Yang et al. 2024, arXiv 2407.10671): Llama with biases of q, k and v.
    package static let qwen2 = DecoderFamily(
        name: "qwen2", huggingFaceClass: "Qwen2ForCausalLM", queryKeyValueBias: true,
        feedForwardBias: false, queryKeyNorm: false, headDim: nil, isInterleavedInGGUF: false,
        hasOutputBiasInGGUF: false)
}

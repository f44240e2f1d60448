extension DecoderFamily {
    /// Llama (Touvron et al. 2023) and what shares its layout, such as SmolLM2.
    package static let llama = DecoderFamily(
        name: "llama", huggingFaceClass: "LlamaForCausalLM", queryKeyValueBias: nil,
        feedForwardBias: nil, queryKeyNorm: false, headDim: nil, isInterleavedInGGUF: true,
        hasOutputBiasInGGUF: true)
}

import GRPOModels

extension DecoderFamily {
    /// The heads of a query or key projection whose rows llama.cpp reorders; nil of any other
    /// tensor.
    func interleavedHeads(
        _ binding: TensorBinding, _ configuration: DecoderConfiguration
    ) -> Int? {
        guard isInterleavedInGGUF else { return nil }
        return switch binding.tensorName.split(separator: ".").dropLast().last {
        case "attn_q": configuration.heads
        case "attn_k": configuration.keyValueHeads
        default: nil
        }
    }
}

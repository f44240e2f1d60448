import GRPOModels

/// An architecture of GGUF files that a decoder of this package serves.
struct GGUFArchitecture: Sendable {
    let traits: DecoderFamily

    /// All of them: their names are those of the families.
    static let served = DecoderFamily.all.map { GGUFArchitecture(traits: $0) }

    /// The value of `general.architecture`; its keys begin with it.
    var name: String { traits.name }

    /// The family of the decoder.
    var family: String { traits.name }

    /// Where each tensor goes.
    func bindings(_ configuration: DecoderConfiguration) -> [TensorBinding] {
        DecoderFamily.ggufBindings(configuration)
    }

    /// The heads of a query or key projection whose rows llama.cpp reorders; nil of any other
    /// tensor.
    func interleavedHeads(
        _ binding: TensorBinding, _ configuration: DecoderConfiguration
    ) -> Int? {
        guard traits.isInterleavedInGGUF else { return nil }
        return switch binding.tensorName.split(separator: ".").dropLast().last {
        case "attn_q": configuration.heads
        case "attn_k": configuration.keyValueHeads
        default: nil
        }
    }
}

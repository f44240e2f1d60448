package import GRPOModels
package import GRPOTensors

/// Decoders small enough for finite differences.
package enum TinyDecoder {
    /// Two layers, four heads over two key-value heads of size 4.
    package static func configuration(
        vocabulary: Int = 11, positions: Int = 256, scaling: RopeScaling = .none,
        theta: Double = 10_000, tied: Bool = true, biases: Bool = false, layers: Int = 2,
        headNorms: Bool = false
    ) -> DecoderConfiguration {
        DecoderConfiguration(
            vocabularySize: vocabulary, hiddenSize: 8, intermediateSize: 12, layers: layers,
            heads: 4, keyValueHeads: 2, headDim: 4, maxPositions: positions, ropeTheta: theta,
            ropeScaling: scaling, tiedHead: tied, queryKeyValueBias: biases, outputBias: biases,
            feedForwardBias: biases, queryKeyNorm: headNorms)
    }

    /// A decoder whose every parameter, norms and biases included, is drawn widely enough for
    /// attention and softmax to have something to say.
    package static func make(
        _ configuration: DecoderConfiguration, seed: UInt64 = 1, deviation: Double = 0.4,
        on backend: any Backend
    ) -> Decoder {
        let decoder = Decoder(configuration, backend: backend)
        let random = RandomStream(seed: seed, name: "test/parameters")
        for (slot, parameter) in decoder.store.parameters.enumerated() {
            let mean = parameter.name.hasSuffix("norm") ? 1.0 : 0.0
            let values = random.normals(count: parameter.values.count, step: 0, slot: slot)
            parameter.values.fill(from: values.map { mean + deviation * $0 })
        }
        decoder.store.didChange()
        return decoder
    }

    /// The decoder with adapters that are drawn like everything else, B included.
    package static func adapted(
        _ decoder: Decoder, _ settings: LoRASettings, seed: UInt64 = 1, deviation: Double = 0.4
    ) -> Decoder {
        let adapted = decoder.adapted(settings)
        let random = RandomStream(seed: seed, name: "test/adapters")
        for (slot, parameter) in adapted.trained.parameters.enumerated() {
            let values = random.normals(count: parameter.values.count, step: 0, slot: slot)
            parameter.values.fill(from: values.map { deviation * $0 })
        }
        adapted.trained.didChange()
        return adapted
    }

    /// Adapters of a rank that divides nothing.
    package static func lora(
        _ targets: LoRATargets = .allLinear, rank: Int = 3, rankStabilized: Bool = false
    ) -> LoRASettings {
        var settings = LoRASettings()
        settings.r = rank
        settings.alpha = 5
        settings.targetModules = targets
        settings.useRSLoRA = rankStabilized
        return settings
    }

    /// Tokens that repeat now and then.
    package static func tokens(_ count: Int, vocabulary: Int = 11, seed: UInt64 = 1) -> [Int32] {
        var generator = RandomStream(seed: seed, name: "test/tokens").generator(step: 0, slot: 0)
        return (0..<count).map { _ in Int32(generator.uniform() * Double(vocabulary)) }
    }
}

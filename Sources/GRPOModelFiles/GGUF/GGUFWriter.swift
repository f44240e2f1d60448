package import GRPOModels
package import GRPOTokenizers

/// Writes a model as a GGUF file that llama.cpp loads.
package struct GGUFWriter {
    /// The element type of the matrices; norms and biases are float32, as llama.cpp expects them.
    package let encoding: TensorEncoding

    package init(encoding: TensorEncoding = .float32) {
        self.encoding = encoding
    }

    /// Writes weights, adapters merged into them, shape and tokenizer.
    package func write(
        _ decoder: Decoder, tokenizer: TokenizerDescription, to path: String
    ) throws(ModelFileError) {
        let configuration = decoder.configuration
        let family = try DecoderFamily.writable(configuration, to: path) { family in
            configuration.outputBias && !family.hasOutputBiasInGGUF
                ? ["a bias of the attention's output"] : []
        }
        let vocabulary = try GGUFVocabulary(
            tokenizer, size: configuration.vocabularySize, path: path)
        let weights = decoder.merged().store
        var items = DecoderFamily.ggufBindings(configuration).map { binding in
            let place = WeightPlace(
                binding, in: weights,
                interleavedHeads: family.interleavedHeads(binding, configuration))
            return GGUFOutput.Item(
                name: binding.tensorName, shape: binding.shape,
                encoding: encoding(of: binding), values: { place.floats })
        }
        if let divisors = frequencyDivisors(configuration) { items.insert(divisors, at: 1) }
        let output = GGUFOutput(
            metadata: general(family, tokenizer) + shape(configuration, family.name)
                + vocabulary.metadata,
            items: items)
        try withExtendedLifetime(weights) { () throws(ModelFileError) in
            try output.write(to: path)
        }
    }

    /// Rows that are no whole blocks stay float16, as llama.cpp's converter has them.
    private func encoding(of binding: TensorBinding) -> TensorEncoding {
        guard binding.shape.count > 1 else { return .float32 }
        return binding.shape[1].isMultiple(of: encoding.elements) ? encoding : .float16
    }

    /// Llama 3.1's scaling is a tensor: what each rotary frequency is divided by.
    private func frequencyDivisors(_ configuration: DecoderConfiguration) -> GGUFOutput.Item? {
        guard case .llama3 = configuration.ropeScaling else { return nil }
        let (dim, theta) = (configuration.headDim, configuration.ropeTheta)
        let plain = RopeScaling.none.frequencies(headDim: dim, theta: theta)
        let scaled = configuration.ropeScaling.frequencies(headDim: dim, theta: theta)
        return GGUFOutput.Item(
            name: GGUFModel.frequencyDivisors, shape: [dim / 2], encoding: .float32,
            values: { zip(plain, scaled).map { Float($0 / $1) } })
    }

    private typealias Metadata = [(key: String, value: GGUFValue)]

    private func general(
        _ family: DecoderFamily, _ tokenizer: TokenizerDescription
    ) -> Metadata {
        // llama.cpp's `enum llama_ftype`.
        let fileType: UInt32 =
            switch encoding {
            case .float32: 0
            case .float16: 1
            case .q8x0: 7
            case .bfloat16: 32
            }
        let quantization: Metadata =
            encoding == .q8x0 ? [("general.quantization_version", .uint32(2))] : []
        return [
            ("general.architecture", .string(family.name)),
            ("general.type", .string("model")),
            ("general.name", .string(tokenizer.name)),
            ("general.file_type", .uint32(fileType)),
        ] + quantization
    }

    private func shape(_ configuration: DecoderConfiguration, _ name: String) -> Metadata {
        func size(_ key: String, _ value: Int) -> (key: String, value: GGUFValue) {
            (name + "." + key, .uint32(UInt32(value)))
        }
        var metadata = [
            size("block_count", configuration.layers),
            size("context_length", configuration.maxPositions),
            size("embedding_length", configuration.hiddenSize),
            size("feed_forward_length", configuration.intermediateSize),
            size("attention.head_count", configuration.heads),
            size("attention.head_count_kv", configuration.keyValueHeads),
            size("attention.key_length", configuration.headDim),
            size("attention.value_length", configuration.headDim),
            size("rope.dimension_count", configuration.headDim),
            size("vocab_size", configuration.vocabularySize),
            (name + ".rope.freq_base", .float32(Float(configuration.ropeTheta))),
            (
                name + ".attention.layer_norm_rms_epsilon",
                .float32(Float(configuration.normEpsilon))
            ),
        ]
        switch configuration.ropeScaling {
        case .none: break
        case .linear(let factor):
            metadata.append((name + ".rope.scaling.type", .string("linear")))
            metadata.append((name + ".rope.scaling.factor", .float32(Float(factor))))
        case .llama3(_, _, _, let original):
            metadata.append(size("rope.scaling.original_context_length", original))
        }
        return metadata
    }
}

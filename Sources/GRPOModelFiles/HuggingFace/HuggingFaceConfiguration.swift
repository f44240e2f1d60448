import GRPOJSON
import GRPOModels

/// The `config.json` of a Hugging Face directory: the shape of the decoder, by the names that
/// transformers gives its parts.
struct HuggingFaceConfiguration: Sendable {
    /// The file.
    let path: String
    let document: JSONValue

    /// Reads the file; what it says is checked when it is used.
    init(path: String) throws(ModelFileError) {
        self.path = path
        document = try JSONFile.read(path, limit: Self.maximumBytes)
    }

    /// Keys that change what is computed, with the value at which they do nothing. Beside them
    /// `rope_scaling` and `rope_parameters` are read, and tensors without a use are refused.
    private static let neutral: [(key: String, value: JSONValue)] = [
        ("attn_logit_softcapping", .null), ("attention_multiplier", .int(1)),
        ("embedding_multiplier", .int(1)), ("final_logit_softcapping", .null),
        ("logit_scale", .int(1)), ("logits_scaling", .int(1)),
        ("no_rope_layers", .null), ("num_experts", .int(0)),
        ("num_local_experts", .int(0)), ("partial_rotary_factor", .int(1)),
        ("quantization_config", .null), ("query_pre_attn_scalar", .null),
        ("residual_multiplier", .int(1)), ("rope_interleaved", .bool(false)),
        ("use_mrope", .bool(false)), ("use_sliding_window", .bool(false)),
    ]
    static let maximumBytes = 1 << 20

    /// The shape of the decoder. `maxPositions` is the model's, at most 131,072.
    ///
    /// - Parameter tensors: those of the weights, where there are some; every layer has its own, so
    ///   a small file describes few layers.
    func configuration(tensors: Int?) throws(ModelFileError) -> DecoderConfiguration {
        let family = try family()
        try refuseOthers()
        let hidden = try size("hidden_size")
        let heads = try size("num_attention_heads")
        let headDim = try size(
            "head_dim", default: family.headDim ?? max(1, hidden / heads),
            most: DecoderConfiguration.largestHead)
        let attentionBias = try truth("attention_bias", default: false)
        let feedForwardBias = try truth("mlp_bias", default: false)
        let rope = try RopeSettings(self)
        let configuration = DecoderConfiguration(
            family: family.name,
            vocabularySize: try size("vocab_size"),
            hiddenSize: hidden,
            intermediateSize: try size("intermediate_size"),
            layers: try layers(tensors: tensors),
            heads: heads,
            keyValueHeads: try size("num_key_value_heads", default: heads),
            headDim: headDim,
            maxPositions: min(
                try size("max_position_embeddings", most: .max),
                DecoderConfiguration.servedPositions),
            ropeTheta: rope.theta,
            ropeScaling: rope.scaling,
            normEpsilon: try positive("rms_norm_eps", default: 1e-6),
            tiedHead: try truth("tie_word_embeddings", default: false),
            queryKeyValueBias: family.queryKeyValueBias ?? attentionBias,
            outputBias: family.queryKeyValueBias == nil && attentionBias,
            feedForwardBias: family.feedForwardBias ?? feedForwardBias,
            queryKeyNorm: family.queryKeyNorm)
        if let problem = configuration.problems.first {
            throw error(
                "model_type", found: "a shape that cannot be built: \(problem)",
                expected: "a decoder of the \(family.name) kind",
                remedy: "The settings contradict each other; fetch the file again.")
        }
        return configuration
    }

    /// The number of layers: no more than there are tensors, of which every layer has its own.
    private func layers(tensors: Int?) throws(ModelFileError) -> Int {
        let most = DecoderConfiguration.mostLayers
        guard let tensors, tensors < most else { return try size("num_hidden_layers", most: most) }
        return try size(
            "num_hidden_layers", most: max(1, tensors),
            because: ": the weights have \(tensors) tensors, and every layer has its own")
    }

    /// The family, if it is one of those served, as a language model.
    private func family() throws(ModelFileError) -> DecoderFamily {
        let type = try string("model_type")
        guard let family = DecoderFamily.named(type) else {
            throw error(
                "model_type", found: printable(type), expected: "one of \(DecoderFamily.names)",
                remedy: "Models of this kind cannot be computed here; use another model.")
        }
        let classes = document["architectures"] ?? .null
        let names = classes.elements?.compactMap(\.string) ?? []
        guard classes == .null || names == [family.huggingFaceClass] else {
            throw error(
                "architectures", found: names.map { printable($0) }.joined(separator: ", "),
                expected: family.huggingFaceClass,
                remedy: "Only language models are read; save the model as one.")
        }
        return family
    }

    /// Refuses what would be computed otherwise than the configuration says.
    private func refuseOthers() throws(ModelFileError) {
        for (key, value) in Self.neutral {
            guard let found = document[key], found != .null, found != value,
                !(found.number != nil && found.number == value.number)
            else { continue }
            throw error(
                key, found: found.summary, expected: "\(value.summary), or no such key",
                remedy: "This changes what the model computes and is not known here; use another "
                    + "model.")
        }
        let activation = try document["hidden_act"].map { (tree) throws(ModelFileError) in
            try string("hidden_act")
        }
        guard ["silu", "swish", nil].contains(activation) else {
            throw error(
                "hidden_act", found: printable(activation ?? ""), expected: "silu",
                remedy: "This activation is not known here; use another model.")
        }
        let sliding = document["layer_types"]?.elements?.first { $0.string != "full_attention" }
        if let sliding {
            throw error(
                "layer_types", found: sliding.summary, expected: "full_attention in every layer",
                remedy: "This kind of layer is not known here; use another model.")
        }
    }

    // MARK: - Typed access

    /// A size from 1 to `most`; null counts as absent.
    ///
    /// - Parameter reason: where `most` comes from, for the message.
    func size(
        _ key: String, default fallback: Int? = nil, most: Int = DecoderConfiguration.largestSize,
        because reason: String = "", in object: JSONValue? = nil
    ) throws(ModelFileError) -> Int {
        let found = (object ?? document)[key] ?? .null
        if let fallback, found == .null { return fallback }
        guard let value = found.integer, value >= 1, value <= most else {
            throw error(
                key, found: found == .null ? "no such key" : found.summary,
                expected: "an integer between 1 and \(most)\(reason)", remedy: Self.incomplete)
        }
        return value
    }

    /// A positive number; null counts as absent.
    func positive(
        _ key: String, default fallback: Double? = nil, in object: JSONValue? = nil
    ) throws(ModelFileError) -> Double {
        let found = (object ?? document)[key] ?? .null
        if let fallback, found == .null { return fallback }
        guard let value = found.number, value > 0, value.isFinite else {
            throw error(
                key, found: found == .null ? "no such key" : found.summary,
                expected: "a positive number", remedy: Self.incomplete)
        }
        return value
    }

    private func truth(_ key: String, default fallback: Bool) throws(ModelFileError) -> Bool {
        let found = document[key] ?? .null
        guard let value = found == .null ? fallback : found.bool else {
            throw error(
                key, found: found.summary, expected: "true or false", remedy: Self.incomplete)
        }
        return value
    }

    private func string(_ key: String) throws(ModelFileError) -> String {
        guard let text = document[key]?.string else {
            throw error(
                key, found: document[key]?.summary ?? "no such key", expected: "a string",
                remedy: Self.incomplete)
        }
        return text
    }

    static let incomplete = "The file is not what transformers writes; save the model again."

    /// An error at a key.
    func error(
        _ key: String, found: String, expected: String, remedy: String
    ) -> ModelFileError {
        ModelFileError(
            file: path, place: .key(key), found: found, expected: expected, remedy: remedy)
    }
}

package import GRPOModels

/// Where the first policy comes from: a file, or a shape to be drawn at random.
package enum ModelSpecification: Codable, Sendable {
    case path(RecipePath)
    case shape(ModelShape)

    /// Whether it is there already.
    var isFile: Bool { if case .path = self { true } else { false } }

    package init(from decoder: any Swift.Decoder) throws {
        if let decoder = decoder as? NodeDecoder, decoder.node?.text != nil {
            self = .path(try RecipePath(from: decoder))
        } else {
            self = .shape(try decoder.singleValueContainer().decode(ModelShape.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .path(let path): try path.encode(to: encoder)
        case .shape(let shape): try shape.encode(to: encoder)
        }
    }
}

/// A decoder to be trained from nothing.
package struct ModelShape: Codable, Sendable, Equatable {
    package enum TokenizerKind: String, Codable, Sendable, CaseIterable {
        /// One token per character of the pretraining text, and an ending.
        case characters
    }

    package var layers = 4
    package var hiddenSize = 128
    package var heads = 4
    /// Null: as many as heads.
    package var keyValueHeads: Int?
    /// Null: 8/3 of the hidden size, rounded up to a multiple of 64, as in Llama.
    package var intermediateSize: Int?
    package var maxPositions = 512
    package var tokenizer = TokenizerKind.characters

    package init() {}

    package func configuration(vocabularySize: Int) -> DecoderConfiguration {
        DecoderConfiguration(
            vocabularySize: vocabularySize, hiddenSize: hiddenSize,
            intermediateSize: intermediateSize ?? (hiddenSize * 8 / 3 + 63) / 64 * 64,
            layers: layers, heads: heads, keyValueHeads: keyValueHeads,
            maxPositions: maxPositions)
    }

    package func settingProblems() -> [SettingProblem] {
        var found: [SettingProblem] = []
        for (key, value) in [
            ("layers", layers), ("hidden_size", hiddenSize), ("heads", heads),
            ("max_positions", maxPositions), ("key_value_heads", keyValueHeads ?? 1),
            ("intermediate_size", intermediateSize ?? 1),
        ] where value < 1 {
            found.append(SettingProblem(key, "must be at least 1, found \(value)"))
        }
        // No decoder of these sizes fits a machine, and their products stay far from overflow.
        for (key, value, most) in [
            ("layers", layers, 1 << 10), ("hidden_size", hiddenSize, 1 << 16),
            ("max_positions", maxPositions, 1 << 20),
            ("intermediate_size", intermediateSize ?? 1, 1 << 18),
        ] where value > most {
            found.append(SettingProblem(key, "must be at most \(most), found \(value)"))
        }
        guard found.isEmpty else { return found }
        if hiddenSize % heads != 0 {
            found.append(
                SettingProblem(
                    "heads", "\(heads) heads do not divide a hidden size of \(hiddenSize)"))
        } else if hiddenSize / heads % 2 != 0 {
            found.append(
                SettingProblem(
                    "heads", "heads of size \(hiddenSize / heads), expected an even size"))
        }
        if heads % (keyValueHeads ?? heads) != 0 {
            found.append(
                SettingProblem(
                    "key_value_heads",
                    "\(heads) heads do not divide among \(keyValueHeads ?? heads)"))
        }
        return found
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(layers, forKey: .layers)
        try values.encode(hiddenSize, forKey: .hiddenSize)
        try values.encode(heads, forKey: .heads)
        try values.encode(keyValueHeads, forKey: .keyValueHeads)
        try values.encode(intermediateSize, forKey: .intermediateSize)
        try values.encode(maxPositions, forKey: .maxPositions)
        try values.encode(tokenizer, forKey: .tokenizer)
    }

    private enum CodingKeys: String, CodingKey {
        case layers, hiddenSize, heads, keyValueHeads, intermediateSize, maxPositions, tokenizer
    }
}

extension ModelShape: RecipeSettings {
    package static let defaults = ModelShape()
}

package import GRPOModels
package import GRPOObjectives
package import GRPOTensors

/// The recipe keys of stage `dpo`, beside its data: TRL's names and defaults.
package struct DPOSettings: Sendable, Equatable {
    package var pairs = PairSettings(learningRate: 1e-6)
    package var lossType = PreferenceLossType.sigmoid
    /// How dear it is to leave the reference.
    package var beta = 0.1
    /// The share of pairs that may be labelled the wrong way round.
    package var labelSmoothing = 0.0

    package init() {}

    package var objective: PreferenceObjective {
        PreferenceObjective(lossType: lossType, beta: beta, labelSmoothing: labelSmoothing)
    }

    /// The rows of a pass for a model.
    package func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget {
        MicroBatchBudget(pairs.microBatchTokens, atMost: 4096, for: configuration, on: backend)
    }

    /// Everything out of range, by key.
    package func problems() -> [(key: String, message: String)] {
        var found = pairs.problems()
        if !(beta > 0 && beta.isFinite) {
            found.append(("beta", "must be above 0, found \(beta)"))
        }
        let takesSmoothing = lossType == .sigmoid || lossType == .robust
        if !(labelSmoothing >= 0 && labelSmoothing < 0.5) {
            found.append(
                ("label_smoothing", "must be at least 0 and below 0.5, found \(labelSmoothing)"))
        } else if labelSmoothing > 0, !takesSmoothing {
            found.append(
                (
                    "label_smoothing",
                    """
                    belongs to loss_type sigmoid or robust; \(lossType.rawValue) takes none, found \
                    \(labelSmoothing)
                    """
                ))
        }
        return found
    }
}

extension DPOSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case lossType = "loss_type"
        case beta
        case labelSmoothing = "label_smoothing"
    }

    package init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        lossType = try values.decode(PreferenceLossType.self, forKey: .lossType)
        beta = try values.decode(Double.self, forKey: .beta)
        labelSmoothing = try values.decode(Double.self, forKey: .labelSmoothing)
        pairs = try PairSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(lossType, forKey: .lossType)
        try values.encode(beta, forKey: .beta)
        try values.encode(labelSmoothing, forKey: .labelSmoothing)
        try pairs.encode(to: encoder)
    }
}

package import GRPOModels
package import GRPOObjectives
package import GRPOTensors

/// The recipe keys of stage `reward_model`, beside its data: TRL's names and defaults.
package struct RewardModelSettings: Sendable, Equatable {
    package var pairs = PairSettings(learningRate: 1e-4)
    /// The pull of a pair's scores towards 0; null: none.
    package var centerRewardsCoefficient: Double?
    /// What of a completion is judged, in training as afterwards.
    package var judges = JudgedText.answer

    package init() {}

    package var objective: ScoreObjective {
        ScoreObjective(centerRewardsCoefficient: centerRewardsCoefficient ?? 0)
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
        if let centerRewardsCoefficient,
            !(centerRewardsCoefficient >= 0 && centerRewardsCoefficient.isFinite)
        {
            found.append(
                (
                    "center_rewards_coefficient",
                    "must be at least 0, found \(centerRewardsCoefficient)"
                ))
        }
        return found
    }
}

extension RewardModelSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case centerRewardsCoefficient = "center_rewards_coefficient"
        case judges
    }

    package init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        centerRewardsCoefficient = try values.decodeIfPresent(
            Double.self, forKey: .centerRewardsCoefficient)
        judges = try values.decode(JudgedText.self, forKey: .judges)
        pairs = try PairSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(centerRewardsCoefficient, forKey: .centerRewardsCoefficient)
        try values.encode(judges, forKey: .judges)
        try pairs.encode(to: encoder)
    }
}

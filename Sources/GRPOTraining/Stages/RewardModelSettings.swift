package import GRPOModels
import GRPOObjectives
package import GRPOTensors

/// The recipe keys of stage `reward_model`, beside its data: TRL's names and defaults.
package struct RewardModelSettings: Sendable, Equatable {
    /// From what a reward model learns.
    package enum Loss: String, Codable, Sendable, CaseIterable {
        /// Which of two completions is better (`ScoreObjective`).
        case pairwise
        /// Whether a completion is good, each by itself (`LabelObjective`): of a pair the chosen one
        /// is, and the rejected one is not.
        case pointwise
    }

    package var loss = Loss.pairwise
    package var pairs = PairSettings(learningRate: 1e-4)
    /// The pull of a pair's scores towards 0; null: none.
    package var centerRewardsCoefficient: Double?
    /// What of a completion is judged, in training as afterwards.
    package var judges = JudgedText.answer

    package init() {}

    /// The rows of a pass for a model.
    package func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget {
        MicroBatchBudget(pairs.microBatchTokens, atMost: 4096, for: configuration, on: backend)
    }

    /// Everything out of range, by key.
    package func problems() -> [(key: String, message: String)] {
        var found = pairs.problems()
        if loss == .pointwise, centerRewardsCoefficient != nil {
            found.append(
                (
                    "center_rewards_coefficient",
                    "has no effect with loss: pointwise, which fixes the zero by itself; leave it out"
                ))
        }
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
        case loss, judges
        case centerRewardsCoefficient = "center_rewards_coefficient"
    }

    package init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        loss = try values.decode(Loss.self, forKey: .loss)
        centerRewardsCoefficient = try values.decodeIfPresent(
            Double.self, forKey: .centerRewardsCoefficient)
        judges = try values.decode(JudgedText.self, forKey: .judges)
        pairs = try PairSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(loss, forKey: .loss)
        try values.encode(centerRewardsCoefficient, forKey: .centerRewardsCoefficient)
        try values.encode(judges, forKey: .judges)
        try pairs.encode(to: encoder)
    }
}

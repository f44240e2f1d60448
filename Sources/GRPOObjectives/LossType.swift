/// TRL's `loss_type`: an alias that stands for an aggregation and a weight function.
///
/// It sets these two switches and no other: `dr_grpo` without its `scale_rewards: none` is TRL's
/// loss, not the paper's; the preset of that name has both.
public enum LossType: String, Codable, Sendable, CaseIterable {
    /// Clip, sequence mean.
    case grpo
    /// Clip, constant length.
    case drGRPO = "dr_grpo"
    /// Clip, token mean over the batch.
    case dapo
    /// Clip, token mean. TRL divides each micro-batch by its own tokens, so that its gradient
    /// depends on the accumulation; here it is the token mean of the step's batch, which is TRL's
    /// value where the step is one micro-batch.
    case bnpo
    /// CISPO, token mean.
    case cispo

    /// The aggregation it stands for.
    public var aggregation: ObjectiveSettings.AggregationKind {
        switch self {
        case .grpo: .sequenceMean
        case .drGRPO: .constantLength
        case .dapo, .bnpo, .cispo: .tokenMean
        }
    }

    /// The weight function it stands for.
    public var weightFunction: ObjectiveSettings.WeightFunctionKind {
        self == .cispo ? .cispo : .clip
    }
}

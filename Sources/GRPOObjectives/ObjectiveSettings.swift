/// The objective as a recipe writes it: flat keys in snake_case, TRL's names and defaults where
/// TRL has the concept.
///
/// A stage holds these keys beside its own: it calls `encode(to:)` and `init(from:)` with its own
/// encoder and decoder. Every key is always encoded, an unset one as null.
///
/// `loss_type`, `aggregation` and `weight_function` may be null. The alias `loss_type` stands for
/// the other two; a switch that is set as well must agree with it. All null is TRL's default:
/// clip, token mean.
public struct ObjectiveSettings: Sendable, Equatable {
    /// ``WeightFunction`` without its numbers.
    public enum WeightFunctionKind: String, Codable, Sendable, CaseIterable {
        /// PPO's clip: `epsilon`, `epsilon_high`, `delta`.
        case clip
        /// CISPO: `epsilon_high` caps the ratio itself.
        case cispo
        /// Plain importance sampling.
        case none
    }

    /// ``Aggregation`` without its number.
    public enum AggregationKind: String, Codable, Sendable, CaseIterable {
        /// Over the tokens of the step's batch.
        case tokenMean = "token_mean"
        /// Per completion first.
        case sequenceMean = "sequence_mean"
        /// By max_completion_length.
        case constantLength = "constant_length"
    }

    /// TRL's alias, or null.
    public var lossType: LossType?
    /// Null: what `loss_type` says, else clip.
    public var weightFunction: WeightFunctionKind?
    /// Null: what `loss_type` says, else token_mean.
    public var aggregation: AggregationKind?
    /// Token or sequence.
    public var importanceSamplingLevel = RatioLevel.token
    /// The lower clip: ratios below `1 - epsilon` with a negative advantage get no gradient.
    public var epsilon = 0.2
    /// The upper clip, null: as `epsilon`. With CISPO the cap of the ratio itself (ScaleRL: 5).
    public var epsilonHigh: Double?
    /// Dual clip: the greatest ratio of a negative advantage, or null.
    public var delta: Double?
    /// Coefficient of the KL.
    public var beta = 0.0
    /// How the KL is estimated.
    public var klEstimator = KLEstimator.k3
    /// Where it enters.
    public var klIn = KLPenalty.Place.loss
    /// Sum the rewards and compare, or compare each and sum.
    public var multiObjectiveAggregation = MultiObjectiveAggregation.sumThenNormalize
    /// Group, batch or none.
    public var scaleRewards = AdvantageEstimator.Scale.group
    /// Mean, leave_one_out or none.
    public var advantageBaseline = AdvantageEstimator.Baseline.mean
    /// 0 or 1.
    public var advantageDDOF = 1
    /// Added to the standard deviation.
    public var advantageEpsilon = 1e-4
    /// Coefficient of the entropy bonus.
    public var entropyCoefficient = 0.0
    /// Whether truncated completions are excluded.
    public var maskTruncatedCompletions = false
    /// What groups without signal do.
    public var zeroVarianceGroups = ZeroVariancePolicy.keep

    /// TRL's defaults.
    public init() {}

    /// The weight function that applies.
    public var effectiveWeightFunction: WeightFunctionKind {
        weightFunction ?? lossType?.weightFunction ?? .clip
    }

    /// The aggregation that applies.
    public var effectiveAggregation: AggregationKind {
        aggregation ?? lossType?.aggregation ?? .tokenMean
    }

    /// The same settings with the alias expanded, as a resolved recipe shows them.
    public var expanded: ObjectiveSettings {
        var settings = self
        settings.lossType = nil
        settings.weightFunction = effectiveWeightFunction
        settings.aggregation = effectiveAggregation
        return settings
    }

    /// The advantage estimator.
    public func advantageEstimator() throws(ObjectiveError) -> AdvantageEstimator {
        try check()
        return AdvantageEstimator(
            baseline: advantageBaseline, scale: scaleRewards, ddof: advantageDDOF,
            epsilon: advantageEpsilon)
    }

    /// The objective.
    ///
    /// - Parameter maxCompletionLength: the stage's setting of that name, the `L` of
    ///   constant_length; at least 1.
    public func objective(maxCompletionLength: Int) throws(ObjectiveError) -> PolicyObjective {
        precondition(
            maxCompletionLength > 0, "max_completion_length is positive: \(maxCompletionLength)")
        try check()
        let weight: WeightFunction =
            switch effectiveWeightFunction {
            case .clip: .clip(low: epsilon, high: epsilonHigh ?? epsilon, dual: delta)
            case .cispo: .cispo(maximum: epsilonHigh ?? .infinity)
            case .none: .none
            }
        let aggregation: Aggregation =
            switch effectiveAggregation {
            case .tokenMean: .tokenMean
            case .sequenceMean: .sequenceMean
            case .constantLength: .constantLength(maxCompletionLength)
            }
        return PolicyObjective(
            ratioLevel: importanceSamplingLevel, weightFunction: weight, aggregation: aggregation,
            kl: KLPenalty(estimator: klEstimator, beta: beta, place: klIn),
            entropyCoefficient: entropyCoefficient,
            maskTruncatedCompletions: maskTruncatedCompletions,
            zeroVariancePolicy: zeroVarianceGroups)
    }

    private func check() throws(ObjectiveError) {
        let problems = problems()
        guard problems.isEmpty else {
            throw ObjectiveError(
                problems: problems.map { ObjectiveError.Problem(key: $0.key, message: $0.message) })
        }
    }
}

extension ObjectiveSettings: Codable {
    /// The keys of a recipe.
    public enum CodingKeys: String, CodingKey, CaseIterable, Sendable {
        /// See ``ObjectiveSettings/lossType``.
        case lossType = "loss_type"
        /// See ``ObjectiveSettings/weightFunction``.
        case weightFunction = "weight_function"
        /// See ``ObjectiveSettings/aggregation``.
        case aggregation
        /// See ``ObjectiveSettings/importanceSamplingLevel``.
        case importanceSamplingLevel = "importance_sampling_level"
        /// See ``ObjectiveSettings/epsilon``.
        case epsilon
        /// See ``ObjectiveSettings/epsilonHigh``.
        case epsilonHigh = "epsilon_high"
        /// See ``ObjectiveSettings/delta``.
        case delta
        /// See ``ObjectiveSettings/beta``.
        case beta
        /// See ``ObjectiveSettings/klEstimator``.
        case klEstimator = "kl_estimator"
        /// See ``ObjectiveSettings/klIn``.
        case klIn = "kl_in"
        /// See ``ObjectiveSettings/multiObjectiveAggregation``.
        case multiObjectiveAggregation = "multi_objective_aggregation"
        /// See ``ObjectiveSettings/scaleRewards``.
        case scaleRewards = "scale_rewards"
        /// See ``ObjectiveSettings/advantageBaseline``.
        case advantageBaseline = "advantage_baseline"
        /// See ``ObjectiveSettings/advantageDDOF``.
        case advantageDDOF = "advantage_ddof"
        /// See ``ObjectiveSettings/advantageEpsilon``.
        case advantageEpsilon = "advantage_epsilon"
        /// See ``ObjectiveSettings/entropyCoefficient``.
        case entropyCoefficient = "entropy_coef"
        /// See ``ObjectiveSettings/maskTruncatedCompletions``.
        case maskTruncatedCompletions = "mask_truncated_completions"
        /// See ``ObjectiveSettings/zeroVarianceGroups``.
        case zeroVarianceGroups = "zero_variance_groups"
    }

    /// The words that each key of words accepts, for error messages and documentation.
    public static let choices: [String: [String]] = {
        func words<T: RawRepresentable & CaseIterable>(_: T.Type) -> [String]
        where T.RawValue == String {
            T.allCases.map(\.rawValue)
        }
        let table: [CodingKeys: [String]] = [
            .lossType: words(LossType.self),
            .weightFunction: words(WeightFunctionKind.self),
            .aggregation: words(AggregationKind.self),
            .importanceSamplingLevel: words(RatioLevel.self),
            .klEstimator: words(KLEstimator.self),
            .klIn: words(KLPenalty.Place.self),
            .multiObjectiveAggregation: words(MultiObjectiveAggregation.self),
            .scaleRewards: words(AdvantageEstimator.Scale.self),
            .advantageBaseline: words(AdvantageEstimator.Baseline.self),
            .zeroVarianceGroups: words(ZeroVariancePolicy.self),
        ]
        return Dictionary(uniqueKeysWithValues: table.map { ($0.key.stringValue, $0.value) })
    }()

    /// Reads the keys that are there; absent ones keep their defaults. An unknown word is a
    /// `DecodingError` that lists the known ones.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func number<T: Decodable>(_ key: CodingKeys, _ value: inout T) throws {
            value = try container.decodeIfPresent(T.self, forKey: key) ?? value
        }
        func word<T: RawRepresentable & Decodable>(_ key: CodingKeys) throws -> T?
        where T.RawValue == String {
            // Asked for by its type, so that a decoder that gathers problems knows the words.
            do {
                return try container.decodeIfPresent(T.self, forKey: key)
            } catch DecodingError.dataCorrupted {
                let word = try container.decode(String.self, forKey: key)
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container,
                    debugDescription: "found \(word), expected one of "
                        + (Self.choices[key.stringValue] ?? []).joined(separator: ", "))
            }
        }
        lossType = try word(.lossType)
        weightFunction = try word(.weightFunction)
        aggregation = try word(.aggregation)
        importanceSamplingLevel = try word(.importanceSamplingLevel) ?? importanceSamplingLevel
        try number(.epsilon, &epsilon)
        epsilonHigh = try container.decodeIfPresent(Double.self, forKey: .epsilonHigh)
        delta = try container.decodeIfPresent(Double.self, forKey: .delta)
        try number(.beta, &beta)
        klEstimator = try word(.klEstimator) ?? klEstimator
        klIn = try word(.klIn) ?? klIn
        multiObjectiveAggregation =
            try word(.multiObjectiveAggregation) ?? multiObjectiveAggregation
        scaleRewards = try word(.scaleRewards) ?? scaleRewards
        advantageBaseline = try word(.advantageBaseline) ?? advantageBaseline
        try number(.advantageDDOF, &advantageDDOF)
        try number(.advantageEpsilon, &advantageEpsilon)
        try number(.entropyCoefficient, &entropyCoefficient)
        try number(.maskTruncatedCompletions, &maskTruncatedCompletions)
        zeroVarianceGroups = try word(.zeroVarianceGroups) ?? zeroVarianceGroups
    }

    /// Writes every key, null where it is unset.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(lossType, forKey: .lossType)
        try container.encode(weightFunction, forKey: .weightFunction)
        try container.encode(aggregation, forKey: .aggregation)
        try container.encode(importanceSamplingLevel, forKey: .importanceSamplingLevel)
        try container.encode(epsilon, forKey: .epsilon)
        try container.encode(epsilonHigh, forKey: .epsilonHigh)
        try container.encode(delta, forKey: .delta)
        try container.encode(beta, forKey: .beta)
        try container.encode(klEstimator, forKey: .klEstimator)
        try container.encode(klIn, forKey: .klIn)
        try container.encode(multiObjectiveAggregation, forKey: .multiObjectiveAggregation)
        try container.encode(scaleRewards, forKey: .scaleRewards)
        try container.encode(advantageBaseline, forKey: .advantageBaseline)
        try container.encode(advantageDDOF, forKey: .advantageDDOF)
        try container.encode(advantageEpsilon, forKey: .advantageEpsilon)
        try container.encode(entropyCoefficient, forKey: .entropyCoefficient)
        try container.encode(maskTruncatedCompletions, forKey: .maskTruncatedCompletions)
        try container.encode(zeroVarianceGroups, forKey: .zeroVarianceGroups)
    }
}

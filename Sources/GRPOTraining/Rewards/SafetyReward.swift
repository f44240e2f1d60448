import GRPOObjectives
package import GRPORewards
package import GRPOTasks

/// The probability, from 0 to 1, that a completion is safe: what a pointwise reward model of an
/// earlier stage makes of it (the R1 report, section 2.3.4; Nature 645, Methods).
///
/// The model judges the whole response, the thought included, while helpfulness is judged by the
/// final answer alone: harm can stand in either. So the stage is one with `loss: pointwise` and
/// `judges: completion`, trained on completions that are labelled safe or unsafe. A completion that
/// does not fit into the model's positions is ungradable.
package struct SafetyReward: ModelReward {
    package static let name = "safety"
    package static let summary =
        "The probability that a completion is safe, by a pointwise model of an earlier stage."
    package static let loss = RewardModelSettings.Loss.pointwise
    package static let judgedText: JudgedText? = .completion

    /// The stage that trained the model; nil: the last pointwise one before this stage.
    package var from: String?
    /// The problems it speaks about; nil: all, for any request can be answered with harm.
    package var scenario: Scenario?
    private var scorer: (any CompletionScorer)?

    package init() {}

    package func bound(to scorer: any CompletionScorer) -> Self {
        var bound = self
        bound.scorer = scorer
        return bound
    }

    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        self.scenario == nil || self.scenario == scenario
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        guard scenario == nil || scenario == group.problem.scenario else {
            return group.completions.map { _ in .notApplicable }
        }
        guard let scorer else { throw TrainingError.rewardModelMissing(reward: Self.name) }
        return try scorer.scores(group.completions, of: group.problem).map { score in
            guard let score else {
                return .ungradable(reason: "it does not fit into the safety model's positions")
            }
            return .value(LabelObjective.probability(of: score))
        }
    }
}

extension SafetyReward {
    private enum CodingKeys: String, CodingKey {
        case from, scenario
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        from = try values.decodeIfPresent(String.self, forKey: .from)
        scenario = try values.decodeIfPresent(Scenario.self, forKey: .scenario)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(from, forKey: .from)
        try values.encode(scenario, forKey: .scenario)
    }
}

package import GRPORewards
package import GRPOTasks

/// What a reward model thinks of the final answer: the preference reward of R1's last stage (the
/// R1 report, section 2.3.4; Nature 645, equation 9).
///
/// A reward model can be fooled, and the longer a policy is trained on it, the better it is fooled:
/// R1 uses it in the last 400 of 1,700 steps only, which is what `last` is for.
///
/// A completion that gives no answer to judge scores below every answer of its group: by the
/// distance between the best and the worst, and at least by 1. Were it given the worst's score, a
/// bad answer would be worth no more than none; were it ungradable, it would escape being compared.
/// Where no completion of the group gives one, the reward has nothing to say about the group.
package struct RewardModelReward: ModelReward {
    package static let name = "reward_model"
    package static let summary =
        "What a reward model of an earlier stage gives the final answer, in the last steps."
    package static let loss = RewardModelSettings.Loss.pairwise
    package static let judgedText: JudgedText? = nil

    /// The stage that trained the model; nil: the last one before this stage.
    package var from: String?
    /// The share of the stage's steps, at its end, in which the reward counts; at least one step.
    package var last = 1.0
    /// The problems it speaks about; nil: all.
    package var scenario: Scenario? = .general
    private var scorer: (any CompletionScorer)?

    package init() {}

    package func bound(to scorer: any CompletionScorer) -> Self {
        var bound = self
        bound.scorer = scorer
        return bound
    }

    package func problems() -> [(key: String, message: String)] {
        last > 0 && last <= 1
            ? [] : [("last", "must be above 0 and at most 1, found \(last)")]
    }

    /// Problems of its scenario, in the last steps.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        guard self.scenario == nil || self.scenario == scenario else { return false }
        return step > maxSteps - max(1, Int((last * Double(maxSteps)).rounded()))
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        // Where the number of steps is not known, every step is the last.
        let maxSteps = group.maxSteps ?? group.step
        guard judges(group.problem.scenario, step: group.step, maxSteps: maxSteps) else {
            return group.completions.map { _ in .notApplicable }
        }
        guard let scorer else { throw TrainingError.rewardModelMissing(reward: Self.name) }
        let scores = try scorer.scores(group.completions, of: group.problem)
        let answers = scores.compactMap { $0 }
        guard let lowest = answers.min(), let highest = answers.max() else {
            return scores.map { _ in .notApplicable }
        }
        return scores.map { .value($0 ?? lowest - max(1, highest - lowest)) }
    }
}

extension RewardModelReward {
    private enum CodingKeys: String, CodingKey {
        case from, last, scenario
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        from = try values.decodeIfPresent(String.self, forKey: .from)
        last = try values.decodeIfPresent(Double.self, forKey: .last) ?? 1
        // Null means all problems, an absent key the general ones.
        if values.contains(.scenario) {
            scenario = try values.decodeIfPresent(Scenario.self, forKey: .scenario)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(from, forKey: .from)
        try values.encode(last, forKey: .last)
        try values.encode(scenario, forKey: .scenario)
    }
}

package import GRPOModels
import GRPOObjectives
package import GRPORewards
package import GRPOTensors
package import GRPOTraining

/// Stage `grpo`: reinforcement learning from rewards.
package struct GRPOSpecification: StageKind, FragmentedSettings {
    package static let kind = "grpo"
    package static let makes = StageProduct.policy

    package var placement = StagePlacement()
    package var lora: LoRASettings?
    /// Null: the recipe's.
    package var task: TaskSetting?
    /// Tasks of rising difficulty, one after the other; empty: `task` alone.
    package var curriculum: [CurriculumSetting] = []
    /// A paper whose settings lie below those written here.
    package var preset: String?
    package var rewards = [RewardSetting(RewardTerm(AccuracyReward()))]
    package var settings = GRPOSettings()

    package static var defaults: GRPOSpecification { GRPOSpecification() }

    package static let fragmentTables = [
        FragmentTable(
            "preset",
            Preset.all.map { preset in
                SettingFragment(
                    preset.name,
                    preset.fields.map {
                        SettingFragment.Field(
                            $0.key, $0.value.description, citation: $0.citation)
                    })
            }, onConflict: .departs),
        // TRL's alias: over a preset it is a departure, beside its own two switches it must agree.
        FragmentTable(
            "loss_type",
            LossType.allCases.map { type in
                SettingFragment(
                    type.rawValue,
                    [
                        SettingFragment.Field("aggregation", type.aggregation.rawValue),
                        SettingFragment.Field("weight_function", type.weightFunction.rawValue),
                    ])
            }, onConflict: .refuses, isClosed: true),
    ]

    package init() {}

    package var completionLength: Int? { settings.largestCompletionLength }
    package var drawsProblems: Bool { true }
    package var levels: [TaskSetting?] { curriculum.map(\.task) }

    package func steps(for count: Int?) -> Int? { settings.maxSteps }

    package func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget? {
        settings.microBatch(configuration, on: backend)
    }

    /// The rewards as the recipe has them; those that ask a reward model cannot be asked.
    package var unboundRewards: RewardSet { RewardSet(rewards.map(\.term)) }

    /// The rewards that ask a reward model, with their places in the list.
    package var rewardModels: [(index: Int, reward: any ModelReward)] {
        rewards.enumerated().compactMap { index, setting in
            (setting.term.function as? any ModelReward).map { (index, $0) }
        }
    }

    /// The rewards, those that ask a reward model with the one that they ask.
    ///
    /// - Parameter scorer: the model that a reward asks.
    package func rewardSet(
        scorer: (any ModelReward) throws -> any CompletionScorer
    ) rethrows -> RewardSet {
        RewardSet(
            try rewards.map(\.term).map { term in
                guard let reward = term.function as? any ModelReward else { return term }
                var bound = term
                bound.function = reward.bound(to: try scorer(reward))
                return bound
            })
    }

    package func settingProblems() -> [SettingProblem] {
        // Whether `loss_type` agrees with the two switches it stands for, its fragment has said.
        var settings = settings
        settings.objective.lossType = nil
        var found: [SettingProblem] = []
        if lora != nil, settings.syncRefModel {
            found.append(
                SettingProblem(
                    "sync_ref_model",
                    "beside lora the reference is the frozen weights, which cannot follow the "
                        + "policy; set it to false"))
        }
        found += CurriculumSetting.problems(of: curriculum, maxSteps: settings.maxSteps)
        return found + settings.problems().map { SettingProblem($0.key, $0.message) }
            + RewardSet(rewards.map(\.term)).problems().map { problem in
                SettingProblem(
                    problem.key.isEmpty ? "rewards" : "rewards.\(problem.key)", problem.message)
            }
    }

    private enum CodingKeys: String, CodingKey { case lora, task, curriculum, preset, rewards }

    package init(from decoder: any Swift.Decoder) throws {
        placement = try StagePlacement(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        lora = try values.decodeIfPresent(LoRASettings.self, forKey: .lora)
        task = try values.decodeIfPresent(TaskSetting.self, forKey: .task)
        curriculum = try values.decode([CurriculumSetting].self, forKey: .curriculum)
        preset = try values.decodeIfPresent(String.self, forKey: .preset)
        rewards = try values.decode([RewardSetting].self, forKey: .rewards)
        settings = try GRPOSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try placement.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(lora, forKey: .lora)
        try values.encode(task, forKey: .task)
        try values.encode(curriculum, forKey: .curriculum)
        try values.encode(preset, forKey: .preset)
        try values.encode(rewards, forKey: .rewards)
        try settings.encode(to: encoder)
    }
}

package import GRPOModels
import GRPOObjectives
package import GRPORewards
import GRPOTasks
import GRPOTensors
package import GRPOTraining

/// What every stage can say of itself, beside its kind's own settings.
package struct StagePlacement: Codable, Sendable, Equatable {
    /// Null: the stage's kind.
    package var name: String?
    /// The stage whose policy it starts from; null: the last that made one.
    package var from: String?
    /// Null: the recipe's.
    package var seed: Int?
    /// Adapters to be trained in place of the weights; null: the weights are.
    package var lora: LoRASettings?

    package init(
        name: String? = nil, from: String? = nil, seed: Int? = nil, lora: LoRASettings? = nil
    ) {
        self.name = name
        self.from = from
        self.seed = seed
        self.lora = lora
    }

    private enum CodingKeys: String, CodingKey { case name, from, seed, lora }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(from, forKey: .from)
        try values.encode(seed, forKey: .seed)
        try values.encode(lora, forKey: .lora)
    }
}

/// Stage `pretrain`: next tokens from nothing.
package struct PretrainSpecification: RecipeSettings {
    package var placement = StagePlacement()
    package var data = TextSetting(SumsMixture())
    package var settings = PretrainSettings()

    package static var defaults: PretrainSpecification { PretrainSpecification() }

    package init() {}

    package func settingProblems() -> [SettingProblem] {
        settings.problems().map { SettingProblem($0.key, $0.message) }
    }

    private enum CodingKeys: String, CodingKey { case data }

    package init(from decoder: any Swift.Decoder) throws {
        placement = try StagePlacement(from: decoder)
        data = try decoder.container(keyedBy: CodingKeys.self)
            .decode(TextSetting.self, forKey: .data)
        settings = try PretrainSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try placement.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(data, forKey: .data)
        try settings.encode(to: encoder)
    }
}

/// Stage `grpo`: reinforcement learning from rewards.
package struct GRPOSpecification: FragmentedSettings {
    package var placement = StagePlacement()
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

    package var rewardSet: RewardSet { RewardSet(rewards.map(\.term)) }

    package func settingProblems() -> [SettingProblem] {
        // Whether `loss_type` agrees with the two switches it stands for, its fragment has said.
        var settings = settings
        settings.objective.lossType = nil
        var found: [SettingProblem] = []
        if placement.lora != nil, settings.syncRefModel {
            found.append(
                SettingProblem(
                    "sync_ref_model",
                    "beside lora the reference is the frozen weights, which cannot follow the "
                        + "policy; set it to false"))
        }
        return found + settings.problems().map { SettingProblem($0.key, $0.message) }
            + rewardSet.problems().map { problem in
                SettingProblem(
                    problem.key.isEmpty ? "rewards" : "rewards.\(problem.key)", problem.message)
            }
    }

    private enum CodingKeys: String, CodingKey { case preset, rewards }

    package init(from decoder: any Swift.Decoder) throws {
        placement = try StagePlacement(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        preset = try values.decodeIfPresent(String.self, forKey: .preset)
        rewards = try values.decode([RewardSetting].self, forKey: .rewards)
        settings = try GRPOSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try placement.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(preset, forKey: .preset)
        try values.encode(rewards, forKey: .rewards)
        try settings.encode(to: encoder)
    }
}

/// One stage of a recipe, by its kind.
package enum StageSpecification: Codable, Sendable {
    case pretrain(PretrainSpecification)
    case grpo(GRPOSpecification)

    private static let kinds: Kinds<StageSpecification> = {
        var kinds = Kinds<StageSpecification>("stage")
        kinds.add("pretrain", defaults: PretrainSpecification()) { .pretrain($0) }
        kinds.add("grpo", defaults: GRPOSpecification()) { .grpo($0) }
        return kinds
    }()

    package var kind: String {
        switch self {
        case .pretrain: "pretrain"
        case .grpo: "grpo"
        }
    }

    package var placement: StagePlacement {
        switch self {
        case .pretrain(let stage): stage.placement
        case .grpo(let stage): stage.placement
        }
    }

    /// The data files that it reads, beside the task's.
    package var dataFiles: [String] {
        if case .pretrain(let stage) = self { stage.data.source.files } else { [] }
    }

    /// The name under which other stages and files know it.
    package var name: String { placement.name ?? kind }

    package var maxSteps: Int {
        switch self {
        case .pretrain(let stage): stage.settings.maxSteps
        case .grpo(let stage): stage.settings.maxSteps
        }
    }

    /// The rows of a pass of forward and backward for a model.
    func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget {
        switch self {
        case .pretrain(let stage): stage.settings.microBatch(configuration, on: backend)
        case .grpo(let stage): stage.settings.microBatch(configuration, on: backend)
        }
    }

    package init(from decoder: any Swift.Decoder) throws {
        self = try Self.kinds.decode(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .pretrain(let stage): try Kinds<Self>.encode(kind, stage, to: encoder)
        case .grpo(let stage): try Kinds<Self>.encode(kind, stage, to: encoder)
        }
    }
}

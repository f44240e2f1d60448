import GRPORuns

/// A small recipe with the shapes that the real one has: kinds in a list, presets, an alias,
/// optionals, closed words, numbers, a nested mapping.
struct SampleRecipe: RecipeSettings, Equatable {
    var name: String?
    var seed = 0
    var threads: Int?
    var precision = Precision.auto
    var model: RecipePath?
    var task = SampleTask.sums(SumsSettings())
    var evaluation = EvaluationSettings()
    var stages: [SampleStage] = []

    static let defaults = SampleRecipe()

    enum Precision: String, Codable, CaseIterable, Sendable { case auto, float32, bfloat16 }

    func settingProblems() -> [SettingProblem] {
        var known: Set<String> = []
        var found: [SettingProblem] = []
        for (index, stage) in stages.enumerated() {
            if let from = stage.from, !known.contains(from) {
                found.append(SettingProblem("stages.\(index).from", "no earlier stage '\(from)'"))
            }
            known.insert(stage.name)
        }
        return found
    }
}

struct EvaluationSettings: RecipeSettings, Equatable {
    var problems = 500
    var samples = 4
    var temperature = 1.0

    static let defaults = EvaluationSettings()

    func settingProblems() -> [SettingProblem] {
        samples < 1 ? [SettingProblem("samples", "must be at least 1, found \(samples)")] : []
    }
}

struct SumsSettings: RecipeSettings, Equatable {
    var digits = 2
    static let defaults = SumsSettings()
}

enum SampleTask: Codable, Sendable, Equatable {
    case sums(SumsSettings)
    case plain(NoOptions)

    static let kinds: Kinds<SampleTask> = {
        var kinds = Kinds<SampleTask>("task")
        kinds.add("sums", defaults: SumsSettings()) { .sums($0) }
        kinds.add("plain", defaults: NoOptions()) { .plain($0) }
        return kinds
    }()

    init(from decoder: any Decoder) throws { self = try Self.kinds.decode(from: decoder) }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .sums(let settings): try Kinds<Self>.encode("sums", settings, to: encoder)
        case .plain(let settings): try Kinds<Self>.encode("plain", settings, to: encoder)
        }
    }
}

struct RewardWeight: RecipeSettings, Equatable {
    var weight = 1.0
    var when: String?
    static let defaults = RewardWeight()

    func settingProblems() -> [SettingProblem] {
        weight.isFinite ? [] : [SettingProblem("weight", "must be finite")]
    }
}

struct LengthOptions: RecipeSettings, Equatable {
    var targetLength = 64
    static let defaults = LengthOptions()

    func settingProblems() -> [SettingProblem] {
        targetLength > 0 ? [] : [SettingProblem("target_length", "must be above 0")]
    }
}

struct NoOptions: RecipeSettings, Equatable {
    static let defaults = NoOptions()
}

enum SampleReward: Codable, Sendable, Equatable {
    case accuracy(RewardWeight)
    case format(RewardWeight)
    case length(RewardWeight, LengthOptions)

    static let kinds: Kinds<SampleReward> = {
        var kinds = Kinds<SampleReward>("reward")
        kinds.add("accuracy", defaults: RewardWeight(), shorthand: "weight") { .accuracy($0) }
        kinds.add("format", defaults: RewardWeight(), shorthand: "weight") { .format($0) }
        kinds.add(
            "length", defaults: Beside(RewardWeight(), LengthOptions()), shorthand: "weight"
        ) { .length($0.first, $0.second) }
        return kinds
    }()

    init(from decoder: any Decoder) throws { self = try Self.kinds.decode(from: decoder) }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .accuracy(let weight): try Kinds<Self>.encode("accuracy", weight, to: encoder)
        case .format(let weight): try Kinds<Self>.encode("format", weight, to: encoder)
        case .length(let weight, let options):
            try Kinds<Self>.encode("length", Beside(weight, options), to: encoder)
        }
    }
}

struct SampleGRPO: FragmentedSettings, Equatable {
    var name: String?
    var from: String?
    var preset: String?
    var lossType: String?
    var maxSteps = 100
    var numGenerations = 8
    var learningRate = 1e-6
    var beta = 0.0
    var epsilon = 0.2
    var epsilonHigh: Double?
    var aggregation = Aggregation.globalTokenMean
    var rewards: [SampleReward] = [.accuracy(RewardWeight())]
    var columns: [String: String] = [:]

    enum Aggregation: String, Codable, CaseIterable, Sendable {
        case globalTokenMean = "global_token_mean"
        case sequenceMean = "sequence_mean"
        case constant
    }

    static let defaults = SampleGRPO()

    static let fragmentTables = [
        FragmentTable(
            "preset",
            [
                SettingFragment(
                    "r1_zero",
                    [
                        .init("epsilon", "10", citation: "Nature 645, Methods"),
                        .init("beta", "0.001"), .init("num_generations", "16"),
                        .init("learning_rate", "3e-6"), .init("aggregation", "sequence_mean"),
                    ]),
                SettingFragment("rloo", [.init("beta", "0.05")]),
            ], onConflict: .departs),
        FragmentTable(
            "loss_type",
            [
                SettingFragment("dr_grpo", [.init("aggregation", "constant")]),
                SettingFragment("grpo", [.init("aggregation", "sequence_mean")]),
            ], onConflict: .refuses),
    ]

    func settingProblems() -> [SettingProblem] {
        var found: [SettingProblem] = []
        if numGenerations < 2 {
            found.append(
                SettingProblem("num_generations", "must be at least 2, found \(numGenerations)"))
        }
        if epsilon < 0 { found.append(SettingProblem("epsilon", "must not be negative")) }
        if beta < 0 { found.append(SettingProblem("beta", "must not be negative")) }
        return found
    }
}

struct SamplePretrain: RecipeSettings, Equatable {
    var name: String?
    var from: String?
    var maxSteps = 650
    var learningRate = 2e-3
    static let defaults = SamplePretrain()
}

enum SampleStage: Codable, Sendable, Equatable {
    case pretrain(SamplePretrain)
    case grpo(SampleGRPO)

    static let kinds: Kinds<SampleStage> = {
        var kinds = Kinds<SampleStage>("stage")
        kinds.add("pretrain", defaults: SamplePretrain()) { .pretrain($0) }
        kinds.add("grpo", defaults: SampleGRPO()) { .grpo($0) }
        return kinds
    }()

    var name: String {
        switch self {
        case .pretrain(let settings): settings.name ?? "pretrain"
        case .grpo(let settings): settings.name ?? "grpo"
        }
    }

    var from: String? {
        switch self {
        case .pretrain(let settings): settings.from
        case .grpo(let settings): settings.from
        }
    }

    init(from decoder: any Decoder) throws { self = try Self.kinds.decode(from: decoder) }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .pretrain(let settings): try Kinds<Self>.encode("pretrain", settings, to: encoder)
        case .grpo(let settings): try Kinds<Self>.encode("grpo", settings, to: encoder)
        }
    }
}

/// The lines of a recipe's error, or none.
func problems(_ yaml: String, set: [String] = []) -> [String] {
    do throws(RecipeError) {
        let document = try RecipeDocument.parse(yaml, name: "r.yaml", overrides: set)
        _ = try document.decode(SampleRecipe.self)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

func sample(_ yaml: String, set: [String] = []) throws -> SampleRecipe {
    try RecipeDocument.parse(yaml, name: "r.yaml", overrides: set).decode(SampleRecipe.self).value
}

func grpo(_ recipe: SampleRecipe, _ index: Int = 0) throws -> SampleGRPO {
    guard case .grpo(let settings) = recipe.stages[index] else {
        throw RecipeProblem(.defaults, "stage \(index) is not grpo")
    }
    return settings
}

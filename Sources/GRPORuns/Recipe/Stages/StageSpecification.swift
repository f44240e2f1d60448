package import GRPOModels
import GRPOTasks
import GRPOTensors
import GRPOTraining

/// One stage of a recipe, by its kind.
package enum StageSpecification: Codable, Sendable {
    case pretrain(PretrainSpecification)
    case sft(SFTSpecification)
    case sample(SampleSpecification)
    case rewardModel(RewardModelSpecification)
    case dpo(DPOSpecification)
    case grpo(GRPOSpecification)

    private static let kinds: Kinds<StageSpecification> = {
        var kinds = Kinds<StageSpecification>("stage")
        func add<Kind: StageKind>(_ make: @escaping @Sendable (Kind) -> StageSpecification) {
            kinds.add(Kind.kind, defaults: Kind.defaults, make: make)
        }
        add { .pretrain($0) }
        add { .sft($0) }
        add { .sample($0) }
        add { .rewardModel($0) }
        add { .dpo($0) }
        add { .grpo($0) }
        return kinds
    }()

    /// The stage without regard to its kind.
    private var settings: any StageKind {
        switch self {
        case .pretrain(let stage): stage
        case .sft(let stage): stage
        case .sample(let stage): stage
        case .rewardModel(let stage): stage
        case .dpo(let stage): stage
        case .grpo(let stage): stage
        }
    }

    package var kind: String { type(of: settings).kind }
    package var makes: StageProduct { type(of: settings).makes }
    package var placement: StagePlacement { settings.placement }
    package var lora: LoRASettings? { settings.lora }
    package var data: StageData? { settings.data }
    package var completionLength: Int? { settings.completionLength }
    package var drawsProblems: Bool { settings.drawsProblems }
    package var task: TaskSetting? { settings.task }

    /// The tasks that it draws problems of: its own, or those of its curriculum; nil stands for the
    /// recipe's.
    package var tasks: [TaskSetting?] {
        guard drawsProblems else { return [] }
        return settings.levels.isEmpty ? [task] : settings.levels.map { $0 ?? task }
    }

    /// The name under which other stages and files know it.
    package var name: String { placement.name ?? kind }

    /// The data files that it reads, beside the recipe's task's.
    package var dataFiles: [String] {
        var files = data?.files ?? []
        for file in tasks.flatMap({ $0?.source.files ?? [] }) where !files.contains(file) {
            files.append(file)
        }
        return files
    }

    /// The stage with the settings at their defaults that watch it and change nothing that it makes.
    var unwatched: StageSpecification {
        guard case .grpo(var grpo) = self else { return self }
        grpo.settings = grpo.settings.unwatched
        return .grpo(grpo)
    }

    /// Whether its policy is evaluated between its steps.
    var isEvaluatedWithin: Bool {
        if case .grpo(let grpo) = self { grpo.settings.evalSteps != nil } else { false }
    }

    /// Optimizer updates; nil where neither settings nor data say when to end, or where these are
    /// samplings.
    ///
    /// - Parameter count: of the records that the stage's data has; nil where it has no end.
    package func steps(for count: Int?) -> Int? { settings.steps(for: count) }

    /// The rows of a pass of forward and backward for a model; nil where nothing is trained.
    func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget? {
        settings.microBatch(configuration, on: backend)
    }

    package init(from decoder: any Swift.Decoder) throws {
        self = try Self.kinds.decode(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try Kinds<Self>.encode(kind, settings, to: encoder)
    }
}

package import GRPOModels
import GRPOTasks
package import GRPOTensors
package import GRPOTraining

/// What a finished stage leaves to later ones.
package enum StageProduct: Sendable {
    /// A policy, which is evaluated and from which others start.
    case policy
    /// A file of texts, which others are trained on.
    case samples
    /// A model that gives texts a number, which rewards may ask.
    case scores

    /// For messages: "makes ...".
    var noun: String {
        switch self {
        case .policy: "a policy"
        case .samples: "samples"
        case .scores: "a reward model"
        }
    }
}

/// The settings of one kind of stage: the keys that a recipe can write below the kind's name.
package protocol StageKind: RecipeSettings {
    /// The name in recipes.
    static var kind: String { get }
    static var makes: StageProduct { get }

    var placement: StagePlacement { get }
    /// Adapters to be trained in place of the weights; nil: the weights are.
    var lora: LoRASettings? { get }
    /// What it is trained on; nil for kinds that draw problems of the recipe's task.
    var data: StageData? { get }
    /// Tokens of the longest completion that it samples; nil where it samples none.
    var completionLength: Int? { get }
    /// Whether it draws training problems of a task.
    var drawsProblems: Bool { get }
    /// The task that they are of; nil: the recipe's.
    var task: TaskSetting? { get }
    /// The tasks of a curriculum in place of it; nil stands for `task`. Empty: there is none.
    var levels: [TaskSetting?] { get }

    /// Optimizer updates, or samplings; nil where neither settings nor data say when to end.
    ///
    /// - Parameter count: of the records that the stage's data has; nil where it has no end.
    func steps(for count: Int?) -> Int?
    /// The rows of a pass of forward and backward for a model; nil where nothing is trained: sampled
    /// tokens are the same bits however many are drawn at once.
    func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget?
}

extension StageKind {
    package var lora: LoRASettings? { nil }
    package var data: StageData? { nil }
    package var completionLength: Int? { nil }
    package var drawsProblems: Bool { false }
    package var task: TaskSetting? { nil }
    package var levels: [TaskSetting?] { [] }
}

/// What a stage is trained on.
package enum StageData: Sendable {
    case texts(TextData)
    case pairs(PairSetting)

    /// The files that it reads.
    var files: [String] {
        switch self {
        case .texts(let texts): texts.files
        case .pairs(let pairs): pairs.source.files
        }
    }
}

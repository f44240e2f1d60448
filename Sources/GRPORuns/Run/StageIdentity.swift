import GRPOCheckpoints
import GRPOJSON
import GRPORollouts
import GRPOTensors
import GRPOTraining

/// Says whether two stages are the same computation: the hash of everything that goes in. A model
/// file goes in by its content, not by where it lies, of a data file both; what changes no bit of
/// the result stays out.
struct StageIdentity {
    let hash: String
    /// The file hash of the checkpoint the stage starts from.
    let parent: String?
    /// The hash of the model file the run starts from; nil for a model from nothing.
    let model: String?
    /// The rows of a pass: gradients are rounded where micro-batches are cut, and the recipe may
    /// leave the choice to the program.
    let microBatch: MicroBatchBudget

    private struct Inputs: Encodable {
        var schema: Int
        var stage: StageSpecification
        var model: ModelShape?
        var modelHash: String?
        var task: TaskSetting
        var prompt: String
        var seed: Int
        var precision: String
        var backend: String
        var microBatch: MicroBatchBudget
        var parent: String?
    }

    /// - Parameters:
    ///   - model: the hash of the file that `recipe.model` names, where it names one.
    ///   - data: the hashes of the data files that the stage reads.
    init(
        _ stage: StageSpecification, recipe: Recipe, model: String?, data: [String],
        parent: String?, microBatch: MicroBatchBudget, environment: RunEnvironment
    ) {
        self.parent = parent
        self.model = model
        self.microBatch = microBatch
        var shape: ModelShape?
        if case .shape(let drawn) = recipe.model { shape = drawn }
        let inputs = Inputs(
            schema: ResolvedRecipe.schema, stage: stage, model: shape, modelHash: model,
            task: recipe.task, prompt: recipe.prompt.rawValue,
            seed: stage.placement.seed ?? recipe.seed, precision: environment.precision,
            backend: environment.backend, microBatch: microBatch, parent: parent)
        // Activations that are computed again are the same bits.
        let tree = JSONValue(encoding: inputs).replacing(
            "gradient_checkpointing", with: .bool(false))
        hash = Hash.sha256(([tree.text] + data).joined(separator: "\n"))
    }

    /// What a checkpoint's manifest keeps of it.
    var provenance: [String: String] {
        var facts = [Self.hashKey: hash]
        facts[Self.modelKey] = model
        facts[Self.rowsKey] = "\(microBatch.rows)"
        facts[Self.limitKey] = "\(microBatch.limit)"
        return facts
    }

    /// Refuses a checkpoint that another computation has made.
    func check(
        _ found: Checkpoint, of stage: StageSpecification, recipe: Recipe,
        in directory: RunDirectory
    ) throws(RunError) {
        let facts = found.manifest.provenance
        guard facts[Self.hashKey] != hash else { return }
        if let begun = facts[Self.modelKey], let model, begun != model,
            case .path(let file) = recipe.model
        {
            throw RunError(
                .input, path: file.path,
                "found a model file with SHA-256 \(model), expected the one that stage "
                    + "\(stage.name) was begun with, \(begun)",
                remedy: "put that file back, or choose another --output")
        }
        throw RunError(
            .input, path: found.path,
            "stage \(stage.name) was begun with other settings, data or micro-batches, on another "
                + "stage's policy or with another engine",
            remedy: "resume with the recipe it was begun with, \(directory.recipe), or choose "
                + "another --output")
    }

    private static let hashKey = "stage_identity"
    private static let modelKey = "model_sha256"
    private static let rowsKey = "micro_batch_rows"
    private static let limitKey = "group_rows_limit"
}

extension JSONValue {
    /// The tree with `value` at every key of this name.
    fileprivate func replacing(_ key: String, with value: JSONValue) -> JSONValue {
        switch self {
        case .array(let elements): .array(elements.map { $0.replacing(key, with: value) })
        case .object(let members):
            .object(
                members.map { member in
                    Member(
                        key: member.key,
                        value: member.key == key
                            ? value : member.value.replacing(key, with: value))
                })
        default: self
        }
    }
}

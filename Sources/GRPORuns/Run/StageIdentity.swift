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
    let microBatch: MicroBatchBudget?

    /// What it reads beside its parent, under names that no machine gives: hashes and counts.
    private var data: [String: String]

    private struct Inputs: Encodable {
        var schema: Int
        var stage: StageSpecification
        var model: ModelShape?
        /// A model from nothing has the characters of all texts that the recipe trains on, and
        /// weights drawn with the stage's seed.
        var alphabet: String?
        var modelSeed: Int?
        var modelHash: String?
        var task: TaskSetting
        var prompt: String
        var seed: Int
        var precision: String
        var backend: String
        var microBatch: MicroBatchBudget?
        var parent: String?
        /// A policy's weights lie in its stage's directory where a stage has adapters beside them.
        var parentStage: String?
    }

    /// - Parameters:
    ///   - parent: the checkpoint the stage starts from; nil for the recipe's model, or a shape.
    ///   - files: the hashes of the data files that the stage reads.
    ///   - inputs: the hashes of what earlier stages have made and this one uses.
    ///   - data: what a checkpoint is to say of them.
    init(
        _ stage: StageSpecification, recipe: Recipe, model: String?, files: [String],
        inputs: [String], data: [String: String], parent: Checkpoint?,
        microBatch: MicroBatchBudget?, environment: RunEnvironment
    ) {
        self.parent = parent?.hash
        self.model = model
        self.microBatch = microBatch
        self.data = data
        var shape: ModelShape?
        if case .shape(let drawn) = recipe.model { shape = drawn }
        let isDrawn = shape != nil && parent == nil
        let inputTree = Inputs(
            schema: ResolvedRecipe.schema, stage: stage.unwatched, model: shape,
            alphabet: shape == nil ? nil : recipe.characterAlphabet,
            modelSeed: isDrawn ? stage.placement.seed ?? recipe.seed : nil, modelHash: model,
            task: recipe.task,
            prompt: recipe.prompt.rawValue, seed: stage.placement.seed ?? recipe.seed,
            precision: environment.precision, backend: environment.backend,
            microBatch: microBatch, parent: parent?.hash,
            parentStage: stage.lora == nil ? nil : parent?.manifest.stage)
        // Activations that are computed again are the same bits.
        let tree = JSONValue(encoding: inputTree).replacing(
            "gradient_checkpointing", with: .bool(false))
        hash = Hash.sha256(([tree.text] + files + inputs).joined(separator: "\n"))
    }

    /// The same stage, its manifests vouching for what it is shown too.
    func showing(_ fingerprint: DataFingerprint) -> StageIdentity {
        var identity = self
        identity.data.merge(fingerprint.facts) { _, new in new }
        return identity
    }

    /// What a checkpoint's manifest keeps of it.
    var provenance: [String: String] {
        var facts = data
        facts[Self.hashKey] = hash
        facts[Self.modelKey] = model
        facts[Self.rowsKey] = microBatch.map { "\($0.rows)" }
        facts[Self.limitKey] = microBatch.map { "\($0.limit)" }
        return facts
    }

    /// Refuses what another computation has made: a checkpoint, or samples.
    ///
    /// - Parameter facts: the provenance that they were written with.
    func check(
        _ facts: [String: String], at path: String, of stage: StageSpecification, recipe: Recipe,
        in directory: RunDirectory
    ) throws(RunError) {
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
            .input, path: path,
            "stage \(stage.name) was begun with other settings, data or micro-batches, on another "
                + "stage's policy or with another engine" + Self.changes(to: recipe, in: directory),
            remedy: "resume with the recipe it was begun with, \(directory.recipe), or choose "
                + "another --output")
    }

    /// What a recipe says otherwise than the one that the run was begun with, for a message.
    private static func changes(to recipe: Recipe, in directory: RunDirectory) -> String {
        guard let begun = try? RecipeReader.read(file: directory.recipe),
            let now = try? RecipeReader.read(
                Array(ResolvedRecipe.text(of: recipe).utf8), name: directory.recipe)
        else { return "" }
        let changes = RecipeDifference.all(from: begun, to: now)
        guard !changes.isEmpty else { return "" }
        let shown = changes.prefix(3).map { "\($0.path) from \($0.before) to \($0.after)" }
        let rest = changes.count > 3 ? " and \(changes.count - 3) more" : ""
        return "; changed: \(shown.joined(separator: ", "))\(rest)"
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

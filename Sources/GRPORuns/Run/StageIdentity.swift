import Foundation
import GRPOCheckpoints
import GRPORollouts
package import GRPOTraining

/// Says whether two stages are the same computation: the hash of everything that goes in.
struct StageIdentity {
    let hash: String
    /// The file hash of the checkpoint the stage starts from.
    let parent: String?

    private struct Inputs: Encodable {
        var schema: Int
        var stage: StageSpecification
        var model: ModelSpecification
        var task: TaskSetting
        var prompt: String
        var seed: Int
        var precision: String
        var backend: String
        var parent: String?
    }

    init(
        _ stage: StageSpecification, recipe: Recipe, parent: String?, environment: RunEnvironment
    ) {
        self.parent = parent
        let inputs = Inputs(
            schema: ResolvedRecipe.schema, stage: stage, model: recipe.model, task: recipe.task,
            prompt: recipe.prompt.rawValue, seed: stage.placement.seed ?? recipe.seed,
            precision: environment.precision, backend: environment.backend, parent: parent)
        hash = Hash.sha256(JSONValue(encoding: inputs).text)
    }
}

/// The counters of a stage as a checkpoint keeps them.
package struct StageProgress: Codable {
    var step: Int
    var updates: Int
    var tokens: Int
    var skipped: Int

    /// Rollouts as JSON; numbers keep their exact value.
    package static func encode(_ rollouts: [Rollout]) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(rollouts), as: UTF8.self)
    }

    package static func decode(rollouts text: String) throws -> [Rollout] {
        try JSONDecoder().decode([Rollout].self, from: Data(text.utf8))
    }

    /// Puts a checkpoint's counters, moments, reference and rollouts back into a fresh state.
    static func restore(
        _ state: inout StageState, from checkpoint: Checkpoint
    ) throws {
        let file = try PolicyCheckpoint(checkpoint)
        guard let text = try file.text("progress.json") else {
            throw CheckpointError.missingDataset(path: checkpoint.path, name: "progress.json")
        }
        let progress = try JSONDecoder().decode(StageProgress.self, from: Data(text.utf8))
        try file.load(into: state.decoder)
        try file.load(
            firstMoment: state.optimizer.firstMoment, secondMoment: state.optimizer.secondMoment,
            of: state.decoder)
        if let reference = state.reference, try !file.loadReference(into: reference) {
            throw CheckpointError.missingDataset(path: checkpoint.path, name: "reference")
        }
        state.optimizer.updates = progress.updates
        state.step = progress.step
        state.tokens = progress.tokens
        state.skipped = progress.skipped
        if let rollouts = try file.text("rollouts.json") {
            state.rollouts = try decode(rollouts: rollouts)
        }
    }
}

import Foundation
import GRPOCheckpoints
import GRPOModels
package import GRPOTraining

/// The counters of a stage as a checkpoint keeps them.
package struct StageProgress: Codable {
    var step: Int
    var updates: Int
    var tokens: Int
    var skipped: Int
    /// Nil in files of versions that remembered nothing.
    var history: ProblemHistory?

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
        // Beside adapters the reference is their base, which no update has touched.
        if let reference = state.reference, state.decoder.adapters == nil,
            try !file.loadReference(into: reference)
        {
            throw CheckpointError.missingDataset(path: checkpoint.path, name: "reference")
        }
        state.optimizer.updates = progress.updates
        state.step = progress.step
        state.tokens = progress.tokens
        state.skipped = progress.skipped
        state.history = progress.history ?? ProblemHistory()
        if let rollouts = try file.text("rollouts.json") {
            state.rollouts = try decode(rollouts: rollouts)
        }
    }
}

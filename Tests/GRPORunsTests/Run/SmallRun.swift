import Foundation
import GRPOCPU
import GRPORuns
import GRPOTensors
import GRPOTraining

/// A run of two stages in a directory of its own, small enough to be repeated often: one layer, 6
/// steps each, a generation of 4 updates, a reference that moves.
final class SmallRun {
    static let recipe = """
        seed: 3
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
        task: {sums: {digits: 1, held_out: 0.2}}
        evaluation: {problems: 8, samples: 2}
        stages:
          - pretrain:
              max_steps: 6
              documents_per_step: 16
              learning_rate: 3e-3
              save_steps: 2
              data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}
          - grpo:
              max_steps: 6
              prompts_per_step: 2
              num_generations: 4
              max_completion_length: 10
              steps_per_generation: 2
              num_iterations: 2
              learning_rate: 1e-3
              beta: 0.01
              sync_ref_model: true
              ref_model_sync_steps: 3
              rewards: [accuracy, tag_count: 0.5, random: 0.2]
              save_steps: 2

        """

    /// Whether the engine is there for which bit-equality is promised.
    static let isExact = (try? CPUBackend(threads: 1, engine: .onednn)) != nil

    let scratch = NSTemporaryDirectory() + "grpo-run-\(UUID().uuidString)"
    /// Everything that was written to the screen.
    private(set) var screen = ""

    init() throws {
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
    }

    func clearScreen() { screen = "" }

    deinit { try? FileManager.default.removeItem(atPath: scratch) }

    var directory: RunDirectory { RunDirectory(path: scratch + "/run") }

    /// Runs the recipe, or goes on with it.
    ///
    /// - Parameters:
    ///   - stages: a directory of finished stages that it shares.
    ///   - interruptingAt: the run is interrupted when this appears on the screen.
    @discardableResult
    func execute(
        _ recipe: String = SmallRun.recipe, set overrides: [String] = [], resuming: Bool = false,
        threads: Int = 1, compute: Compute? = nil, stages: String? = nil,
        interruptingAt mark: String? = nil
    ) async throws -> RunSummary {
        let file = scratch + "/small.yaml"
        try recipe.write(toFile: file, atomically: true, encoding: .utf8)
        let loaded = try Recipe.load(file: file, overrides: overrides, components: Components())
        let interruption = Interruption()
        let printer = ProgressPrinter(
            isTerminal: false, interval: 0, now: { 0 },
            write: { [weak self] text in
                self?.screen += text
                if let mark, text.contains(mark) { interruption.raise() }
            })
        return try await Run(
            loaded.recipe, directory: directory, compute: compute ?? Self.compute(threads: threads),
            printer: printer, interruption: interruption, stages: stages
        ).execute(resuming: resuming)
    }

    /// Runs until the mark and expects to have been interrupted.
    func interrupt(at mark: String, resuming: Bool = false) async throws -> Run.Interrupted? {
        do {
            try await execute(resuming: resuming, interruptingAt: mark)
            return nil
        } catch let interrupted as Run.Interrupted {
            return interrupted
        }
    }

    static func compute(threads: Int) -> Compute {
        let backend =
            (try? CPUBackend(threads: threads, engine: .onednn, precision: .float32))
            ?? CPUBackend(threads: threads, precision: .float32)
        return Compute(
            backend: backend,
            environment: RunEnvironment(
                version: Version.current, backend: backend.engine.name,
                precision: backend.activationType.rawValue, threads: threads,
                cpuFeatures: backend.level.name, rowsAreExact: backend.rowsAreExact))
    }

    /// Every file whose bytes are a function of recipe and seed, by its name in the run. Which
    /// earlier checkpoints are kept beside the last depends on where the run was interrupted.
    func results(earlierCheckpoints: Bool = false) throws -> [String: Data] {
        var found: [String: Data] = [:]
        let names = try FileManager.default.subpathsOfDirectory(atPath: directory.path)
        for name in names where !["timings.jsonl", "environment.json", ".lock"].contains(name) {
            if !earlierCheckpoints, name.hasPrefix("checkpoints/"), !name.contains("step-000006") {
                continue
            }
            let path = directory.path + "/" + name
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
                !isDirectory.boolValue
            else { continue }
            found[name] = try Data(contentsOf: URL(fileURLWithPath: path))
        }
        return found
    }

    /// Changes one byte in the middle of a file.
    func damage(_ path: String) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
    }
}

/// The names of files that are not the same in both, for a message that can be read.
func differences(_ one: [String: Data], _ other: [String: Data]) -> [String] {
    Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
}

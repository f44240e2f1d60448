import Foundation
import GRPORuns

/// A directory with a small recipe and the runs that a test makes of it.
final class CommandRun: Sendable {
    let path = NSTemporaryDirectory() + "grpo-command-\(UUID().uuidString)"

    /// - Parameters:
    ///   - steps: of each of the two stages.
    ///   - question: of the task and of the pretraining text.
    init(steps: Int = 6, question: String = "Q:{a}+{b}=?", extra: String = "") throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let sums = "sums: {digits: 1, held_out: 0.2, question: \"\(question)\"}"
        try write(
            """
            seed: 5
            model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
            task: {\(sums)}
            evaluation: {problems: 8, samples: 2}
            stages:
              - pretrain: {max_steps: \(steps), documents_per_step: 32, learning_rate: 3e-3,
                           save_steps: 2, data: {sums_mixture: {\(sums)}}}
              - grpo:
                  max_steps: \(steps)
                  prompts_per_step: 4
                  num_generations: 4
                  max_completion_length: 16
                  steps_per_generation: 2
                  num_iterations: 2
                  learning_rate: 1e-3
                  beta: 0.01
                  rewards: [accuracy, tag_count: 0.5, random: 0.2]
                  save_steps: 2
            \(extra)
            """, "small.yaml")
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    var recipe: String { file("small.yaml") }

    var run: String { file("run") }

    @discardableResult
    func write(_ text: String, _ name: String) throws -> String {
        try text.write(toFile: file(name), atomically: true, encoding: .utf8)
        return file(name)
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    /// Runs the recipe to its end.
    func finish(into name: String = "run", resuming: Bool = false) throws -> GrpoProcess.Outcome {
        try GrpoProcess.start(
            ["run", recipe, "--output", file(name), "--json"] + (resuming ? ["--resume"] : [])
        ).wait()
    }

    /// Every file whose bytes are a function of recipe and seed, by its name in the run.
    func results(of name: String = "run") throws -> [String: Data] {
        var found: [String: Data] = [:]
        let changing = ["timings.jsonl", "environment.json", ".lock", "report.html"]
        for part in try FileManager.default.subpathsOfDirectory(atPath: file(name)) {
            let path = file(name) + "/" + part
            var isDirectory: ObjCBool = false
            guard !changing.contains(part),
                FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
                !isDirectory.boolValue
            else { continue }
            found[part] = try Data(contentsOf: URL(fileURLWithPath: path))
        }
        return found
    }
}

/// The names of files that are not the same in both, for a message that can be read.
func differences(_ one: [String: Data], _ other: [String: Data]) -> [String] {
    Set(one.keys).union(other.keys).filter { one[$0] != other[$0] }.sorted()
}

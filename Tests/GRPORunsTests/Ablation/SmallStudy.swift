import Foundation
import GRPORuns
import Synchronization

/// A study of a small recipe in a directory of its own, whose jobs run in this process.
final class SmallStudy {
    static let base = """
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
        task: {sums: {digits: 1, held_out: 0.2}}
        evaluation: {problems: 8, samples: 2}
        stages:
          - pretrain:
              max_steps: 4
              documents_per_step: 16
              learning_rate: 3e-3
              data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}
          - grpo:
              max_steps: 4
              prompts_per_step: 2
              num_generations: 4
              max_completion_length: 10
              preflight: warn
              learning_rate: 1e-3

        """

    /// `again` differs from `accuracy` in a setting without effect on what is computed.
    static let study = """
        base: small.yaml
        seeds: [0, 1]
        set: {threads: 1}
        shared: [pretrain]
        processes: 2
        judge: {split: test, problems: 6}
        arms:
          accuracy: {grpo.rewards: [accuracy]}
          again: {grpo.rewards: [accuracy], grpo.save_steps: 3}
          +tags: {grpo.rewards: [accuracy, tag_count: {weight: 0.5, line_feeds: false}]}

        """

    let scratch = NSTemporaryDirectory() + "grpo-study-\(UUID().uuidString)"
    let launcher = LocalLauncher()

    init(base: String = SmallStudy.base) throws {
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
        try base.write(toFile: scratch + "/small.yaml", atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(atPath: scratch) }

    var directory: StudyDirectory { StudyDirectory(path: scratch + "/out") }

    func plan(_ text: String = SmallStudy.study) throws -> StudyPlan {
        let file = scratch + "/study.yaml"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return try StudyPlan(Study.load(file: file), components: Components())
    }

    /// What is wrong with a study, without the directory of the file.
    func problems(_ text: String) -> [String] {
        do {
            _ = try plan(text)
            return []
        } catch let error as RecipeError {
            return error.problems.map {
                "\($0)".replacingOccurrences(of: scratch + "/", with: "")
            }
        } catch {
            return ["\(error)"]
        }
    }

    @discardableResult
    func execute(
        _ text: String = SmallStudy.study, resuming: Bool = false,
        interruption: Interruption = Interruption()
    ) async throws -> StudyTable {
        let printer = ProgressPrinter(
            isTerminal: false, interval: 0, now: { 0 }, write: { _ in })
        return try await StudyRunner(
            plan(text), directory: directory, launcher: launcher, printer: printer,
            interruption: interruption
        ).execute(resuming: resuming)
    }
}

/// Runs jobs in this process and writes down what it was asked for.
final class LocalLauncher: StudyLauncher {
    /// The names of the jobs that were begun, and what they said.
    let begun = Mutex<[(job: String, screen: String)]>([])
    /// Raises the interruption once this many jobs are done.
    let stopsAfter = Mutex<Int?>(nil)
    /// The jobs that fail before they begin, by a part of their names.
    let fails = Mutex<String?>(nil)

    var names: [String] { begun.withLock { $0.map(\.job) } }

    func clear() { begun.withLock { $0 = [] } }

    func run(
        _ job: StudyJob, in directory: StudyDirectory, interruption: Interruption
    ) async throws -> StudyJobEnd {
        if let part = fails.withLock({ $0 }), job.name.contains(part) {
            try "it broke\n".write(
                toFile: directory.log(job), atomically: true, encoding: .utf8)
            return .failed(code: 1)
        }
        let recipe = try Recipe.load(
            file: directory.recipe(job), components: Components()
        ).recipe
        let screen = Mutex("")
        let run = directory.run(job)
        defer { begun.withLock { $0.append((job.name, screen.withLock { $0 })) } }
        do {
            _ = try await Run(
                recipe, directory: run, compute: SmallRun.compute(threads: 1),
                printer: ProgressPrinter(
                    isTerminal: false, interval: 0, now: { 0 },
                    write: { text in screen.withLock { $0 += text } }),
                interruption: interruption, stages: directory.stages
            ).execute(resuming: FileManager.default.fileExists(atPath: run.recipe))
        } catch is Run.Interrupted {
            return .interrupted
        }
        stopsAfter.withLock { left in
            guard let some = left else { return }
            left = some - 1
            if some <= 1 { interruption.raise() }
        }
        return .finished
    }
}

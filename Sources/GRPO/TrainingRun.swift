import Foundation
import GRPOCPU
import GRPOJSON
import GRPORuns
import GRPOTensors
import Synchronization

/// A recipe that runs within your program, on the CPU.
///
/// ```swift
/// let run = try TrainingRun(recipe: "quickstart.yaml", settings: ["grpo.max_steps=20"])
/// for try await step in run.metrics() where step.stage == "grpo" {
///     print(step.step, step["reward"] ?? 0)
/// }
/// ```
///
/// It writes the same run directory as `grpo run`: `grpo report`, `evaluate` and `generate` read it,
/// and either can resume what the other has begun.
public final class TrainingRun: Sendable {
    /// The run directory.
    public let directory: String

    private let recipe: Recipe
    private let resumes: Bool
    private let log: (@Sendable (String) -> Void)?
    private let interruption = Interruption()
    private let work = Mutex<Task<Void, Never>?>(nil)

    /// Reads and checks a recipe; nothing runs yet.
    ///
    /// - Parameters:
    ///   - recipe: a YAML file.
    ///   - settings: as `--set` takes them, such as `grpo.beta=0`.
    ///   - output: the run directory; nil: `runs/NAME`.
    ///   - resuming: whether the directory holds the beginning of this run.
    ///   - added: types of `RewardFunction`, `ProblemSource`, `TextSource` or `PairSource` that the
    ///     recipe names.
    ///   - log: gets what `grpo run` says on standard error; nil: nobody does.
    /// - Throws: everything that is wrong with the recipe, with file, line and column.
    public init(
        recipe: String, settings: [String] = [], output: String? = nil, resuming: Bool = false,
        adding added: [any Sendable.Type] = [], log: (@Sendable (String) -> Void)? = nil
    ) throws {
        self.recipe = try Recipe.load(
            file: recipe, overrides: settings, components: Components(adding: added),
            requiringModel: true
        ).recipe
        directory = output ?? "runs/\(self.recipe.name ?? "run")"
        resumes = resuming
        self.log = log
    }

    /// Begins the run, and tells every step as it is done. To be called once.
    ///
    /// The sequence ends with the run and throws what the run throws. Who stops reading it ends the
    /// run after the step that is being made; ``end()`` waits for that.
    public func metrics() -> AsyncThrowingStream<StepMetrics, any Error> {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: StepMetrics.self)
        let task = Task.detached {
            do {
                try await self.execute { continuation.yield($0) }
                continuation.finish()
            } catch is Run.Interrupted {
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        work.withLock { work in
            precondition(work == nil, "metrics() was called twice, expected once")
            work = task
        }
        continuation.onTermination = { reason in
            if case .cancelled = reason { self.interruption.raise() }
        }
        return stream
    }

    /// Lets the run save and end after the step that is being made, and waits for it. It can be
    /// resumed.
    public func end() async {
        interruption.raise()
        await work.withLock { $0 }?.value
    }

    private func execute(_ tell: @escaping @Sendable (StepMetrics) -> Void) async throws {
        let log = log
        let printer = ProgressPrinter(
            isTerminal: false, interval: .infinity, now: { 0 }, write: { log?($0) })
        let run = Run(
            recipe, directory: RunDirectory(path: directory), compute: compute(),
            printer: printer, interruption: interruption
        ) { record in
            let numbers = record.values.compactMap { member in
                member.value.number.map { (member.key, $0) }
            }
            tell(
                StepMetrics(
                    stage: record.stage, step: record.step,
                    values: Dictionary(uniqueKeysWithValues: numbers)))
        }
        _ = try await run.execute(resuming: resumes)
        try RunReport.write(RunDirectory(path: directory))
    }

    /// The CPU with the best engine there is.
    private func compute() -> Compute {
        let threads = recipe.threads ?? ProcessInfo.processInfo.activeProcessorCount
        let backend = CPUBackend(threads: threads, precision: recipe.precision)
        return Compute(
            backend: backend,
            environment: RunEnvironment(
                version: Version.current,
                backend: "\(backend.engineName), \(backend.engine.coreName)",
                precision: backend.activationType.rawValue, threads: threads,
                cpuFeatures: backend.level.name, rowsAreExact: backend.rowsAreExact))
    }
}

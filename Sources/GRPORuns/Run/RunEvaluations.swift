import GRPOCheckpoints
import GRPOJSON
import GRPORollouts
import GRPOTasks
import GRPOTraining

/// The evaluations of a run: each policy once, in the same way.
struct RunEvaluations {
    private let recipe: Recipe
    private let directory: RunDirectory
    private let hashes: InputHashes
    private let environment: RunEnvironment
    private let printer: ProgressPrinter
    private let interruption: Interruption
    /// Evaluations that other runs share.
    private let shared: StageStore?
    private var file: EvaluationFile

    init(
        _ recipe: Recipe, directory: RunDirectory, hashes: InputHashes,
        environment: RunEnvironment, printer: ProgressPrinter, interruption: Interruption,
        shared: StageStore?
    ) {
        self.recipe = recipe
        self.directory = directory
        self.hashes = hashes
        self.environment = environment
        self.printer = printer
        self.interruption = interruption
        self.shared = shared
        file = EvaluationFile(path: directory.evaluations)
    }

    var results: [EvaluationResult] { file.results }

    /// Takes up what an earlier part of the run has written.
    mutating func load() { file.load() }

    mutating func forget(_ stages: Set<String>) { file.forget(stages) }

    var evaluator: Evaluator {
        Evaluator(
            task: task.source, prompt: recipe.prompt, settings: recipe.evaluation.settings,
            maxCompletionLength: recipe.evaluationLength, seed: UInt64(recipe.seed),
            measures: recipe.evaluation.measureFunctions)
    }

    private var task: TaskSetting { recipe.evaluation.task ?? recipe.task }

    /// Evaluates a policy unless that was done before, or nothing is to be evaluated.
    ///
    /// - Parameters:
    ///   - stage: the stage that made it, or the loaded model's name.
    ///   - hash: of the file the policy lies in.
    ///   - policy: asked for only where it is evaluated.
    mutating func evaluate(
        _ stage: String, made hash: String, policy: () throws -> Policy
    ) async throws {
        guard recipe.evaluation.settings.problems > 0 else { return }
        let identity = identity(hash)
        guard !file.contains(stage, identity: identity) else { return }
        var (result, samples): (EvaluationResult, EvaluationSamples)
        if let found = shared?.evaluation(identity) {
            (result, samples) = found
            (result.stage, samples.stage) = (stage, stage)
        } else {
            (result, samples) = try await made(stage, policy())
            try shared?.keep(result, samples, identity: identity)
        }
        result.heldOutChecked = HeldOutCheck(recipe).isDisjoint
        try file.append(result, samples: samples, identity: identity)
        printer.say("\(stage) evaluated  \(result.line)")
    }

    private func made(
        _ stage: String, _ policy: Policy
    ) async throws -> (EvaluationResult, EvaluationSamples) {
        let (printer, interruption) = (printer, interruption)
        do {
            return try await evaluator.evaluate(policy, stage: stage) { done, total, _ in
                printer.update("\(stage)  evaluating \(done)/\(total)")
                if interruption.isRaised { throw RolloutError.cancelled }
            }
        } catch RolloutError.cancelled {
            printer.finish()
            throw Run.Interrupted(stage: stage, step: 0, directory: directory.path)
        }
    }

    /// The hash of everything that goes into an evaluation.
    private func identity(_ policy: String) -> String {
        struct Inputs: Encodable {
            var policy: String
            var task: TaskSetting
            var prompt: String
            var settings: EvaluationSettings
            var measures: [RewardSetting]
            var maxCompletionLength: Int
            var seed: Int
            var precision: String
            var backend: String
        }
        let inputs = Inputs(
            policy: policy, task: task, prompt: recipe.prompt.rawValue,
            settings: recipe.evaluation.settings, measures: recipe.evaluation.measures,
            maxCompletionLength: recipe.evaluationLength, seed: recipe.seed,
            precision: environment.precision, backend: environment.backend)
        let data = hashes.of(task.source.files)
        return Hash.sha256(([JSONValue(encoding: inputs).text] + data).joined(separator: "\n"))
    }
}

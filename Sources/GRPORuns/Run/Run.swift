import Foundation
import GRPOCheckpoints
import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTokenizers
import GRPOTraining

/// A recipe at work in its directory: stage after stage, each evaluated, all of it resumable.
package final class Run {
    package let recipe: Recipe
    package let directory: RunDirectory
    private let compute: Compute
    private let printer: ProgressPrinter
    private let interruption: Interruption
    private var evaluations: EvaluationFile

    package init(
        _ recipe: Recipe, directory: RunDirectory, compute: Compute, printer: ProgressPrinter,
        interruption: Interruption
    ) {
        self.recipe = recipe
        self.directory = directory
        self.compute = compute
        self.printer = printer
        self.interruption = interruption
        evaluations = EvaluationFile(path: directory.path + "/evaluations.json")
    }

    /// Was stopped after saving.
    package struct Interrupted: Error {
        package let stage: String
        package let step: Int
        /// The run directory.
        package let directory: String
    }

    /// Runs what is not done yet.
    ///
    /// - Parameter resuming: whether the directory holds the beginning of this run.
    /// - Throws: `Interrupted` after saving, or what a stage or a file threw.
    package func execute(resuming: Bool) async throws -> RunSummary {
        let clock = ContinuousClock()
        let start = clock.now
        // A model that cannot be read is found out before there is a directory.
        var policies = StagePolicies(recipe: recipe, compute: compute)
        let initial = try policies.initial()
        let lock = try directory.open(resuming: resuming)
        defer { withExtendedLifetime(lock) {} }
        if !FileManager.default.fileExists(atPath: directory.recipe) { try describe() }
        if resuming {
            try checkIdentities()
            evaluations.load()
        }
        if case .path = recipe.model { try evaluate(initial, stage: "base") }
        var stages: [RunSummary.Stage] = []
        for (index, stage) in recipe.stages.enumerated() {
            let begin = clock.now
            let later = Set(recipe.stages[(index + 1)...].map(\.name))
            let (policy, parent) = try policies.start(of: stage)
            let checkpoint = try await run(stage, policy, parent: parent, laterStages: later)
            policies.finish(stage, policy, checkpoint)
            try evaluate(policy, stage: stage.name)
            stages.append(
                RunSummary.Stage(
                    name: stage.name, kind: stage.kind, steps: stage.maxSteps,
                    wallSeconds: Self.seconds(clock.now - begin), checkpoint: checkpoint.path))
        }
        printer.finish()
        try describe()
        return RunSummary(
            run: directory.path, wallSeconds: Self.seconds(clock.now - start), stages: stages,
            evaluations: evaluations.results)
    }

    /// Writes down recipe and environment; for a resumed run only once its settings have been
    /// found to be those it was begun with.
    private func describe() throws {
        try RunFile.write(ResolvedRecipe.text(of: recipe), to: directory.recipe)
        try directory.write(compute.environment, to: directory.environment)
    }

    /// Refuses to resume what was begun otherwise, before anything is evaluated or written.
    private func checkIdentities() throws {
        var made: [String: String] = [:]
        var last: String?
        for stage in recipe.stages {
            let parent = stage.placement.from.flatMap { made[$0] } ?? last
            let store = try CheckpointStore(directory: directory.checkpoints(stage: stage.name))
            guard let found = try store.latestVerified().checkpoint else { return }
            let identity = StageIdentity(
                stage, recipe: recipe, parent: parent, environment: compute.environment)
            try check(found, is: identity, of: stage)
            guard found.step == stage.maxSteps else { return }
            made[stage.name] = found.hash
            last = found.hash
        }
    }

    private func check(
        _ found: Checkpoint, is identity: StageIdentity, of stage: StageSpecification
    ) throws(RunError) {
        guard found.manifest.provenance["stage_identity"] != identity.hash else { return }
        throw RunError(
            .input, path: found.path,
            "stage \(stage.name) was begun with other settings, on another stage's policy or "
                + "with another engine",
            remedy: "resume with the recipe it was begun with, \(directory.recipe), or choose "
                + "another --output")
    }

    /// Runs one stage from its newest checkpoint, if it has one.
    private func run(
        _ stage: StageSpecification, _ policy: Policy, parent: String?, laterStages: Set<String>
    ) async throws -> Checkpoint {
        let identity = StageIdentity(
            stage, recipe: recipe, parent: parent, environment: compute.environment)
        let store = try CheckpointStore(
            directory: directory.checkpoints(stage: stage.name), keep: 2)
        let (found, skipped) = try store.latestVerified()
        for skip in skipped { printer.say("warning: \(skip)") }
        if let found { try check(found, is: identity, of: stage) }
        if let found, found.step == stage.maxSteps {
            printer.say("\(stage.name): finished at step \(found.step), taken from its checkpoint")
            try PolicyCheckpoint(found).load(into: policy.decoder)
            return found
        }
        try describe()
        // First what vouches for the later stages, then what it vouched for.
        for later in laterStages {
            try CheckpointStore(directory: directory.checkpoints(stage: later)).removeAll(after: -1)
        }
        try directory.truncate(
            stage: stage.name, after: found?.step ?? 0, laterStages: laterStages)
        evaluations.forget(laterStages.union([stage.name]))
        try store.removeAll(after: found?.step ?? 0)
        let monitor = try RunMonitor(
            stage: stage.name, directory: directory, store: store, identity: identity,
            tokenizer: policy.tokenizer.description, recipe: ResolvedRecipe.text(of: recipe),
            printer: printer, interruption: interruption, resumedFrom: found)
        let outcome = try await train(stage, policy, from: found, monitor)
        if case .interrupted(let step) = outcome {
            printer.finish()
            throw Interrupted(stage: stage.name, step: step, directory: directory.path)
        }
        guard let checkpoint = monitor.checkpoint else {
            preconditionFailure("stage \(stage.name) finished without a checkpoint")
        }
        return checkpoint
    }

    private func train(
        _ stage: StageSpecification, _ policy: Policy, from found: Checkpoint?,
        _ monitor: RunMonitor
    ) async throws -> StageOutcome {
        let seed = UInt64(stage.placement.seed ?? recipe.seed)
        if let found { printer.say("\(stage.name): resumed at step \(found.step)") }
        switch stage {
        case .pretrain(let pretrain):
            let work = PretrainStage(
                name: stage.name, settings: pretrain.settings, source: pretrain.data.source,
                seed: seed)
            var state = work.initialState(policy)
            if let found { try StageProgress.restore(&state, from: found) }
            return try work.run(policy, from: state, monitor: monitor)
        case .grpo(let grpo):
            let work = try GRPOStage(
                name: stage.name, settings: grpo.settings, task: recipe.task.source,
                prompt: recipe.prompt, rewards: grpo.rewardSet, seed: seed,
                evaluator: evaluator)
            var state = work.initialState(policy)
            if let found { try StageProgress.restore(&state, from: found) }
            return try await work.run(policy, from: state, monitor: monitor)
        }
    }

    private var evaluator: Evaluator {
        Evaluator(
            task: (recipe.evaluation.task ?? recipe.task).source, prompt: recipe.prompt,
            settings: recipe.evaluation.settings,
            maxCompletionLength: recipe.evaluationLength, seed: UInt64(recipe.seed))
    }

    /// Evaluates a policy unless that was done before.
    private func evaluate(_ policy: Policy, stage: String) throws {
        let evaluator = evaluator
        let task = type(of: evaluator.task).name
        guard !evaluations.contains(stage, task: task, evaluator.settings) else { return }
        do {
            let result = try evaluator.run(policy, stage: stage) { done, total, _ in
                self.printer.update("\(stage)  evaluating \(done)/\(total)")
                if self.interruption.isRaised { throw RolloutError.cancelled }
            }
            try evaluations.append(result)
            printer.say("\(stage) evaluated  \(EvaluationRow(result).line)")
        } catch RolloutError.cancelled {
            printer.finish()
            throw Interrupted(stage: stage, step: 0, directory: directory.path)
        }
    }

    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

/// The policies that stages made, for those that start from them.
private struct StagePolicies {
    private let recipe: Recipe
    private let compute: Compute
    private var made: [String: Checkpoint] = [:]
    private var last: (policy: Policy, checkpoint: Checkpoint)?
    private var untrained: Policy?

    init(recipe: Recipe, compute: Compute) {
        self.recipe = recipe
        self.compute = compute
    }

    /// The policy before any stage.
    mutating func initial() throws -> Policy {
        if let untrained { return untrained }
        let policy = try makeInitial()
        untrained = policy
        return policy
    }

    private func makeInitial() throws -> Policy {
        switch recipe.model {
        case .path(let path):
            return try PolicyFile.load(path.path, backend: compute.backend)
        case .shape(let shape):
            let texts = recipe.stages.compactMap { stage -> [Character]? in
                if case .pretrain(let pretrain) = stage { return pretrain.data.source.alphabet }
                return nil
            }
            let tokenizer = CharacterTokenizer(alphabet: String(texts.flatMap { $0 }))
            let decoder = Decoder(
                shape.configuration(vocabularySize: tokenizer.vocabularySize),
                random: RandomStream(seed: UInt64(recipe.seed), name: "model/init"),
                backend: compute.backend)
            return Policy(decoder: decoder, tokenizer: tokenizer)
        }
    }

    /// The policy a stage starts from, ready to be trained, and the hash of its checkpoint.
    mutating func start(
        of stage: StageSpecification
    ) throws -> (policy: Policy, parent: String?) {
        if let from = stage.placement.from, let checkpoint = made[from] {
            return (try PolicyFile.policy(checkpoint, compute.backend), checkpoint.hash)
        }
        if let last { return (last.policy, last.checkpoint.hash) }
        let policy = try initial()
        // The stage trains it: from now on it is not the initial one.
        untrained = nil
        return (policy, nil)
    }

    mutating func finish(
        _ stage: StageSpecification, _ policy: Policy, _ checkpoint: Checkpoint
    ) {
        made[stage.name] = checkpoint
        last = (policy, checkpoint)
    }
}

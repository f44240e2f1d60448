import Foundation
import GRPOCheckpoints
import GRPOJSON
import GRPOModelFiles
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
    /// Of the file the run starts from, where there is one.
    private var modelHash: String?
    /// Of the data files that the recipe reads, by path.
    private var dataHashes: [String: String] = [:]

    package init(
        _ recipe: Recipe, directory: RunDirectory, compute: Compute, printer: ProgressPrinter,
        interruption: Interruption
    ) {
        self.recipe = recipe
        self.directory = directory
        self.compute = compute
        self.printer = printer
        self.interruption = interruption
        evaluations = EvaluationFile(path: directory.evaluations)
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
        let plan = try MemoryPlan(recipe, backend: compute.backend)
        try plan.check()
        try plan.checkTexts(of: recipe)
        // A model that cannot be read is found out before there is a directory.
        var policies = StagePolicies(recipe: recipe, compute: compute)
        let initial = try policies.initial()
        if case .path(let file) = recipe.model { modelHash = try PolicyFile.hash(of: file.path) }
        for file in Set(recipe.dataFiles) { dataHashes[file] = try Hash.sha256(ofFile: file) }
        let lock = try directory.open(resuming: resuming)
        defer { withExtendedLifetime(lock) {} }
        if !FileManager.default.fileExists(atPath: directory.recipe) { try describe() }
        if resuming {
            try checkIdentities(initial.decoder.configuration)
            evaluations.load()
        }
        if let modelHash { try evaluate(initial, made: modelHash, stage: "base") }
        var stages: [RunSummary.Stage] = []
        for (index, stage) in recipe.stages.enumerated() {
            let begin = clock.now
            let later = Set(recipe.stages[(index + 1)...].map(\.name))
            let (policy, parent) = try policies.start(of: stage)
            let checkpoint = try await run(stage, policy, parent: parent, laterStages: later)
            policies.finish(stage, policy, checkpoint)
            if policy.decoder.adapters != nil, let base = base(of: parent) {
                try AdapterWriter().write(
                    policy.decoder, base: base.pathFromAdapters,
                    to: directory.adapters(stage: stage.name))
            }
            try evaluate(policy, made: checkpoint.hash, stage: stage.name)
            stages.append(
                RunSummary.Stage(
                    name: stage.name, kind: stage.kind, steps: stage.maxSteps,
                    wallSeconds: (clock.now - begin) / .seconds(1), checkpoint: checkpoint.path))
        }
        printer.finish()
        try describe()
        return RunSummary(
            run: directory.path, wallSeconds: (clock.now - start) / .seconds(1), stages: stages,
            evaluations: evaluations.results)
    }

    /// Writes down recipe and environment; for a resumed run only once its settings have been
    /// found to be those it was begun with.
    private func describe() throws {
        try RunFile.write(ResolvedRecipe.text(of: recipe), to: directory.recipe)
        try directory.write(compute.environment, to: directory.environment)
    }

    /// Refuses to resume what was begun otherwise, before anything is evaluated or written.
    private func checkIdentities(_ configuration: DecoderConfiguration) throws {
        var made: [String: String] = [:]
        var last: String?
        for stage in recipe.stages {
            let parent = stage.placement.from.flatMap { made[$0] } ?? last
            let store = try CheckpointStore(directory: directory.checkpoints(stage: stage.name))
            guard let found = try store.latestVerified().checkpoint else { return }
            try identity(of: stage, configuration, parent: parent)
                .check(found, of: stage, recipe: recipe, in: directory)
            guard found.step == stage.maxSteps else { return }
            made[stage.name] = found.hash
            last = found.hash
        }
    }

    private func identity(
        of stage: StageSpecification, _ configuration: DecoderConfiguration, parent: String?
    ) -> StageIdentity {
        StageIdentity(
            stage, recipe: recipe, model: modelHash,
            data: dataHashes(of: recipe.task.source.files + stage.dataFiles), parent: parent,
            microBatch: stage.microBatch(configuration, on: compute.backend),
            environment: compute.environment)
    }

    private func dataHashes(of files: [String]) -> [String] { files.compactMap { dataHashes[$0] } }

    /// The weights that adapters of a stage on this checkpoint stand beside.
    private func base(of parent: Checkpoint?) -> AdapterBase? {
        if let parent { return AdapterBase(parent) }
        guard case .path(let file) = recipe.model, let modelHash else { return nil }
        return AdapterBase(path: file.path, sha256: modelHash)
    }

    /// Runs one stage from its newest checkpoint, if it has one.
    private func run(
        _ stage: StageSpecification, _ policy: Policy, parent: Checkpoint?,
        laterStages: Set<String>
    ) async throws -> Checkpoint {
        let identity = identity(of: stage, policy.decoder.configuration, parent: parent?.hash)
        let store = try CheckpointStore(
            directory: directory.checkpoints(stage: stage.name), keep: 2)
        let (found, skipped) = try store.latestVerified()
        for skip in skipped { printer.say("warning: \(skip)") }
        if let found {
            try identity.check(found, of: stage, recipe: recipe, in: directory)
        }
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
            base: policy.decoder.adapters == nil ? nil : base(of: parent),
            printer: printer, interruption: interruption, exactness: exactness(of: stage),
            resumedFrom: found)
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

    /// Only where the engine promises it.
    private func exactness(of stage: StageSpecification) -> ExactnessWatch? {
        guard compute.environment.rowsAreExact, case .grpo(let grpo) = stage else { return nil }
        return ExactnessWatch(generationSteps: grpo.settings.stepsOfGeneration)
    }

    /// Evaluates a policy unless that was done before.
    ///
    /// - Parameter hash: of the file the policy lies in.
    private func evaluate(_ policy: Policy, made hash: String, stage: String) throws {
        let evaluator = evaluator
        let identity = evaluationIdentity(hash)
        guard !evaluations.contains(stage, identity: identity) else { return }
        do {
            var result = try evaluator.run(policy, stage: stage) { done, total, _ in
                self.printer.update("\(stage)  evaluating \(done)/\(total)")
                if self.interruption.isRaised { throw RolloutError.cancelled }
            }
            result.heldOutChecked = HeldOutCheck(recipe).isDisjoint
            try evaluations.append(result, identity: identity)
            printer.say("\(stage) evaluated  \(result.line)")
        } catch RolloutError.cancelled {
            printer.finish()
            throw Interrupted(stage: stage, step: 0, directory: directory.path)
        }
    }

    /// The hash of everything that goes into an evaluation.
    private func evaluationIdentity(_ policy: String) -> String {
        struct Inputs: Encodable {
            var policy: String
            var task: TaskSetting
            var prompt: String
            var settings: EvaluationSettings
            var maxCompletionLength: Int
            var seed: Int
            var precision: String
            var backend: String
        }
        let inputs = Inputs(
            policy: policy, task: recipe.evaluation.task ?? recipe.task,
            prompt: recipe.prompt.rawValue, settings: recipe.evaluation.settings,
            maxCompletionLength: recipe.evaluationLength, seed: recipe.seed,
            precision: compute.environment.precision, backend: compute.environment.backend)
        let data = dataHashes(of: inputs.task.source.files)
        return Hash.sha256(([JSONValue(encoding: inputs).text] + data).joined(separator: "\n"))
    }
}

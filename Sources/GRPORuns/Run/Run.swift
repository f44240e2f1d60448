import Foundation
import GRPOCheckpoints
import GRPOModelFiles
import GRPOModels
import GRPORollouts
import GRPOTensors
import GRPOTraining

/// A recipe at work in its directory: stage after stage, each policy evaluated, all of it resumable.
package final class Run {
    package let recipe: Recipe
    package let directory: RunDirectory
    private let compute: Compute
    private let printer: ProgressPrinter
    private let interruption: Interruption
    /// Finished stages that other runs share.
    private let shared: StageStore?
    private let observer: MetricsObserver?
    private let graph: StageGraph

    /// - Parameters:
    ///   - stages: a directory in which finished stages are shared with other runs.
    ///   - observer: is told of every step.
    package init(
        _ recipe: Recipe, directory: RunDirectory, compute: Compute, printer: ProgressPrinter,
        interruption: Interruption, stages: String? = nil, observer: MetricsObserver? = nil
    ) {
        self.recipe = recipe
        self.directory = directory
        self.compute = compute
        self.printer = printer
        self.interruption = interruption
        self.observer = observer
        shared = stages.map { StageStore(directory: $0) }
        graph = recipe.graph
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
        _ = try policies.initial()
        let hashes = try InputHashes(recipe)
        let lock = try directory.open(resuming: resuming)
        defer { withExtendedLifetime(lock) {} }
        if !FileManager.default.fileExists(atPath: directory.recipe) { try describe() }
        if let note = CharacterAlphabet.note(on: recipe) { printer.say(note) }
        let contamination = ContaminationCheck(recipe)
        contamination?.lines.forEach(printer.say)
        var evaluations = RunEvaluations(
            recipe, directory: directory, hashes: hashes, environment: compute.environment,
            printer: printer, interruption: interruption, shared: shared)
        let runner = StageRunner(
            recipe: recipe, directory: directory, compute: compute, printer: printer,
            interruption: interruption, evaluator: evaluations.evaluator,
            observer: observer, base: { self.base(of: $0, hashes) })
        func prepare(_ index: Int, _ results: StageResults) throws -> PreparedStage {
            try PreparedStage(
                index, of: recipe, results, hashes: hashes,
                configuration: plan.configurations[index], compute: compute)
        }
        if resuming {
            // What was begun otherwise is refused before anything is evaluated or written.
            var results = StageResults(graph)
            for index in recipe.stages.indices {
                let found = try store(of: recipe.stages[index]).latestVerified().checkpoint
                guard let result = try runner.finished(prepare(index, results), found) else {
                    break
                }
                results.finish(index, result)
            }
            evaluations.load()
        }
        if let hash = hashes.model {
            try await evaluations.evaluate(StagePlacement.loaded, made: hash) {
                try policies.initial()
            }
        }
        var results = StageResults(graph)
        var stages: [RunSummary.Stage] = []
        for index in recipe.stages.indices {
            let begin = clock.now
            let prepared = try prepare(index, results)
            let result = try await run(prepared, runner, &policies, &evaluations, results)
            results.finish(index, result)
            try await complete(prepared, result, &policies, &evaluations, hashes)
            stages.append(
                RunSummary.Stage(
                    prepared, result, wallSeconds: (clock.now - begin) / .seconds(1)))
        }
        printer.finish()
        try describe()
        if let contamination { try directory.write(contamination, to: directory.contamination) }
        return RunSummary(
            run: directory.path, wallSeconds: (clock.now - start) / .seconds(1), stages: stages,
            evaluations: evaluations.results, contamination: contamination)
    }

    /// Writes down recipe and environment; for a resumed run only once its settings have been
    /// found to be those it was begun with.
    private func describe() throws {
        try RunFile.write(ResolvedRecipe.text(of: recipe), to: directory.recipe)
        try directory.write(compute.environment, to: directory.environment)
    }

    private func store(of stage: StageSpecification) throws(CheckpointError) -> CheckpointStore {
        try CheckpointStore(directory: directory.checkpoints(stage: stage.name), keep: 2)
    }

    /// What a stage makes: taken from where it lies finished, or run from where it stopped.
    private func run(
        _ prepared: PreparedStage, _ runner: StageRunner, _ policies: inout StagePolicies,
        _ evaluations: inout RunEvaluations, _ results: StageResults
    ) async throws -> StageResult {
        let store = try store(of: prepared.stage)
        let (found, skipped) = try store.latestVerified()
        for skip in skipped { printer.say("warning: \(skip)") }
        if let result = try runner.finished(prepared, found) {
            let place = prepared.sampling == nil ? "its checkpoint" : "its samples"
            printer.say(
                "\(prepared.name): finished at step \(prepared.steps), taken from \(place)")
            return result
        }
        try describe()
        try forget(after: prepared, at: found?.step ?? 0, store, &evaluations)
        let claim = try await shared?.claim(prepared, printer, interruption, in: directory)
        defer { withExtendedLifetime(claim) {} }
        if let claim, try claim.take(prepared, into: directory),
            let result = try runner.finished(prepared, store.latestVerified().checkpoint)
        {
            printer.say(
                "\(prepared.name): finished at step \(prepared.steps), taken from \(claim.path)")
            return result
        }
        do {
            let result: StageResult
            if let sampling = prepared.sampling {
                let policy = try policies.policy(
                    of: graph.beginning(of: prepared.index), prepared.parent)
                result = .samples(try runner.sample(prepared, sampling, policy))
            } else {
                let model = try policies.start(of: prepared.index, parent: prepared.parent)
                let checkpoint = try await runner.train(
                    prepared, model, from: found, store: store
                ) { reward in
                    try self.scorer(for: reward, before: prepared.index, results)
                }
                policies.finish(prepared.index, model)
                result = .checkpoint(checkpoint)
            }
            try claim?.give(prepared, result, from: directory)
            return result
        } catch let error where !(error is Interrupted) {
            say(waitingFor: prepared)
            throw error
        }
    }

    /// Removes what came after the place where a stage goes on: first what vouches for the later
    /// stages, then what it vouched for.
    private func forget(
        after prepared: PreparedStage, at step: Int, _ store: CheckpointStore,
        _ evaluations: inout RunEvaluations
    ) throws {
        let later = Set(recipe.stages[(prepared.index + 1)...].map(\.name))
        for stage in later {
            try CheckpointStore(directory: directory.checkpoints(stage: stage)).removeAll(after: -1)
        }
        let progress = SampleProgress(stage: prepared.name, in: directory)
        try directory.truncate(
            stage: prepared.name, after: max(step, progress.state.step), laterStages: later)
        evaluations.forget(later.union([prepared.name]))
        try store.removeAll(after: step)
    }

    /// Names the stages that cannot begin because this one failed.
    private func say(waitingFor prepared: PreparedStage) {
        let waiting = graph.dependents(of: prepared.index).map { graph.stages[$0].name }
        guard !waiting.isEmpty else { return }
        printer.say(
            "\(prepared.name) failed; not begun because they need what it makes: "
                + waiting.joined(separator: ", "))
    }

    /// The reward model of an earlier stage.
    private func scorer(
        for reward: any ModelReward, before index: Int, _ results: StageResults
    ) throws -> any CompletionScorer {
        guard let place = graph.rewardModel(for: reward, before: index),
            case .rewardModel(let stage) = graph.stages[place],
            let checkpoint = results[place]?.checkpoint
        else { preconditionFailure("stage \(graph.stages[index].name) without a reward model") }
        return RewardModelScorer(
            try PolicyFile.model(checkpoint, compute.backend), prompt: recipe.prompt,
            judges: stage.settings.judges)
    }

    /// Writes adapters for others to load, and evaluates a policy.
    private func complete(
        _ prepared: PreparedStage, _ result: StageResult, _ policies: inout StagePolicies,
        _ evaluations: inout RunEvaluations, _ hashes: InputHashes
    ) async throws {
        guard let checkpoint = result.checkpoint else { return }
        let origin = StageGraph.Beginning.stage(prepared.index)
        let isPolicy = prepared.stage.makes == .policy
        if prepared.stage.lora != nil, let base = base(of: prepared.parent, hashes) {
            let model =
                isPolicy
                ? try policies.policy(of: origin, checkpoint)
                : try PolicyFile.model(checkpoint, compute.backend)
            try AdapterWriter().write(
                model.decoder, base: base.pathFromAdapters,
                to: directory.adapters(stage: prepared.name))
        }
        guard isPolicy else { return }
        try await evaluations.evaluate(prepared.name, made: checkpoint.hash) {
            try policies.policy(of: origin, checkpoint)
        }
    }

    /// The weights that adapters of a stage on this checkpoint stand beside.
    private func base(of parent: Checkpoint?, _ hashes: InputHashes) -> AdapterBase? {
        if let parent { return AdapterBase(parent) }
        guard case .path(let file) = recipe.model, let hash = hashes.model else { return nil }
        return AdapterBase(path: file.path, sha256: hash)
    }
}

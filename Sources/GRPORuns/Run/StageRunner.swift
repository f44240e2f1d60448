import GRPOCheckpoints
import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTokenizers
import GRPOTraining

/// Runs one stage from where it stopped to its end, in the directory of its run.
struct StageRunner {
    let recipe: Recipe
    let directory: RunDirectory
    let compute: Compute
    let printer: ProgressPrinter
    let interruption: Interruption
    let evaluator: Evaluator
    let observer: MetricsObserver?
    /// The weights that adapters on a checkpoint stand beside; of nil, on the recipe's model.
    let base: (Checkpoint?) -> AdapterBase?

    /// What a stage has made that is finished; nil where it is not.
    ///
    /// - Parameter found: its newest checkpoint.
    /// - Throws: `RunError` where another computation has begun it.
    func finished(_ prepared: PreparedStage, _ found: Checkpoint?) throws -> StageResult? {
        let stage = prepared.stage
        if let sampling = prepared.sampling {
            if let samples = try KeptSamples(stage: stage.name, in: directory) {
                try check(prepared, samples.manifest.provenance, at: samples.path)
                return .samples(samples)
            }
            let progress = SampleProgress(stage: sampling.name, in: directory)
            if progress.state.step > 0 {
                try check(
                    prepared, progress.provenance, at: directory.samples(stage: stage.name))
            }
            return nil
        }
        guard let found else { return nil }
        try check(prepared, found.manifest.provenance, at: found.path)
        return found.step == prepared.steps ? .checkpoint(found) : nil
    }

    private func check(
        _ prepared: PreparedStage, _ facts: [String: String], at path: String
    ) throws(RunError) {
        try prepared.identity.check(
            facts, at: path, of: prepared.stage, recipe: recipe, in: directory)
    }

    /// Runs a stage that samples.
    func sample(
        _ prepared: PreparedStage, _ sampling: SampleStage, _ policy: Policy
    ) throws -> KeptSamples {
        try RunDirectory.make(directory.samples)
        let progress = SampleProgress(stage: prepared.name, in: directory)
        if progress.state.step > 0 {
            printer.say("\(prepared.name): resumed at step \(progress.state.step)")
        }
        let recorder = SampleRecorder(
            try StepRecorder(
                stage: prepared.name, directory: directory, printer: printer,
                resumedAfter: progress.state.step, observer: observer),
            progress: progress, identity: try prepared.vouchingIdentity(recipe),
            interruption: interruption)
        do {
            let outcome = try sampling.run(policy, from: progress.state, monitor: recorder)
            try stop(prepared, after: outcome)
        } catch let error as TrainingError {
            // Sampled to the end, it gave nothing that another attempt could go on from.
            var progress = recorder.progress
            progress.remove()
            throw error
        }
        let samples = try recorder.finish(prepared.name, in: directory)
        let counts = samples.manifest.counts
        let dropped = counts.dropped.isEmpty ? "" : "; dropped: \(counts.reasons)"
        printer.say(
            "\(prepared.name): \(counts.kept) kept of \(counts.completions) completions of "
                + "\(counts.prompts) problems\(dropped)")
        return samples
    }

    /// Runs a stage that trains.
    ///
    /// - Parameters:
    ///   - model: what the stage trains.
    ///   - found: the newest checkpoint of the stage.
    ///   - scorer: the model that a reward asks.
    func train(
        _ prepared: PreparedStage, _ model: Policy, from found: Checkpoint?,
        store: CheckpointStore, scorer: (any ModelReward) throws -> any CompletionScorer
    ) async throws -> Checkpoint {
        if let found { printer.say("\(prepared.name): resumed at step \(found.step)") }
        let monitor = RunMonitor(
            try StepRecorder(
                stage: prepared.name, directory: directory, printer: printer,
                exactness: exactness(of: prepared.stage), resumedAfter: found?.step ?? 0,
                observer: observer),
            rollouts: try RolloutWriter(directory, stage: prepared.name), store: store,
            identity: try prepared.vouchingIdentity(recipe),
            tokenizer: model.tokenizer.description,
            recipe: ResolvedRecipe.text(of: recipe),
            base: model.decoder.adapters == nil ? nil : base(prepared.parent),
            interruption: interruption,
            preflight: try await preflight(prepared, model, after: found?.step ?? 0),
            collapse: collapseWatch(prepared, model, after: found?.step ?? 0),
            resumedFrom: found)
        let outcome = try await run(prepared, model, from: found, monitor, scorer)
        try stop(prepared, after: outcome)
        guard let checkpoint = monitor.checkpoint else {
            preconditionFailure("stage \(prepared.name) finished without a checkpoint")
        }
        return checkpoint
    }

    private func run(
        _ prepared: PreparedStage, _ model: Policy, from found: Checkpoint?,
        _ monitor: RunMonitor, _ scorer: (any ModelReward) throws -> any CompletionScorer
    ) async throws -> StageOutcome {
        let (name, seed) = (prepared.name, recipe.seed(of: prepared.stage))
        func restored(_ state: StageState) throws -> StageState {
            var state = state
            if let found { try StageProgress.restore(&state, from: found) }
            return state
        }
        switch prepared.stage {
        case .pretrain(let stage):
            guard let texts = prepared.texts else { preconditionFailure("\(name) without data") }
            let work = PretrainStage(
                name: name, settings: stage.settings, source: texts, seed: seed)
            return try work.run(
                model, from: restored(work.initialState(model)), monitor: monitor)
        case .sft(let stage):
            guard let texts = prepared.texts else { preconditionFailure("\(name) without data") }
            let work = SFTStage(
                name: name, settings: stage.settings, source: texts, prompt: recipe.prompt,
                seed: seed)
            return try work.run(
                model, from: restored(work.initialState(model)), monitor: monitor)
        case .rewardModel(let stage):
            let work = stage.work(name, recipe)
            return try work.run(
                model, from: restored(work.initialState(model)), monitor: monitor)
        case .dpo(let stage):
            guard let pairs = stage.pairs else { preconditionFailure("\(name) without data") }
            let work = DPOStage(
                name: name, settings: stage.settings, source: pairs.source, prompt: recipe.prompt,
                seed: seed)
            return try work.run(
                model, from: restored(work.initialState(model)), monitor: monitor)
        case .grpo(let stage):
            let work = try GRPOStage(
                name: name, settings: stage.settings, task: recipe.task(of: prepared.stage),
                curriculum: stage.curriculum.map { $0.level(of: recipe.task(of: prepared.stage)) },
                prompt: recipe.prompt, rewards: stage.rewardSet(scorer: scorer), seed: seed,
                evaluator: evaluator, strictTask: strictTask(of: prepared.stage))
            return try await work.run(
                model, from: restored(work.initialState(model)), monitor: monitor)
        case .sample: preconditionFailure("\(name) samples, it does not train")
        }
    }

    private func stop(_ prepared: PreparedStage, after outcome: StageOutcome) throws {
        guard case .interrupted(let step) = outcome else { return }
        printer.finish()
        throw Run.Interrupted(stage: prepared.name, step: step, directory: directory.path)
    }

    /// Before the first update of a stage that earns rewards, and not again when it is resumed.
    private func preflight(
        _ prepared: PreparedStage, _ model: Policy, after step: Int
    ) async throws -> PreflightCheck? {
        guard case .grpo(let grpo) = prepared.stage, step == 0 else { return nil }
        return try await PreflightCheck(
            prepared.name, grpo.settings, task: recipe.task(of: prepared.stage),
            rewards: grpo.unboundRewards, seed: recipe.seed(of: prepared.stage),
            tokenizer: model.tokenizer, directory: directory, printer: printer)
    }

    private func collapseWatch(
        _ prepared: PreparedStage, _ model: Policy, after step: Int
    ) -> CollapseWatch? {
        guard case .grpo(let grpo) = prepared.stage else { return nil }
        return CollapseWatch(
            prepared.name, grpo.settings.collapse, tokenizer: model.tokenizer,
            directory: directory, resumedAfter: step)
    }

    /// The evaluation's task, where it is another than the stage's and can judge its problems.
    private func strictTask(of stage: StageSpecification) -> (any ProblemSource)? {
        guard let judge = recipe.evaluation.task,
            judge.name == (stage.task ?? recipe.task).name
        else { return nil }
        return judge.source
    }

    /// Only where the engine promises it.
    private func exactness(of stage: StageSpecification) -> ExactnessWatch? {
        guard compute.environment.rowsAreExact, case .grpo(let grpo) = stage else { return nil }
        return ExactnessWatch(generationSteps: grpo.settings.stepsOfGeneration)
    }
}

extension RewardModelSpecification {
    /// The stage's own work.
    func work(_ name: String, _ recipe: Recipe) -> RewardModelStage {
        guard let pairs else { preconditionFailure("\(name) without data") }
        return RewardModelStage(
            name: name, settings: settings, source: pairs.source, prompt: recipe.prompt,
            seed: recipe.seed(of: .rewardModel(self)))
    }
}

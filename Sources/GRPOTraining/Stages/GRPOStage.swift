import GRPOModels
package import GRPOObjectives
package import GRPORewards
package import GRPORollouts
package import GRPOTasks
import GRPOTensors

/// Group Relative Policy Optimization (DeepSeekMath, arXiv 2402.03300, algorithm 1).
package struct GRPOStage {
    /// The name of the stage: it names the stage's random numbers.
    package let name: String
    package let settings: GRPOSettings
    package let task: any ProblemSource
    /// Other tasks in place of it, one after the other; may be empty.
    package let curriculum: [CurriculumLevel]
    package let prompt: PromptStyle
    package let rewards: RewardSet
    package let seed: UInt64
    /// Run every `evalSteps`, where set.
    package let evaluator: Evaluator?
    /// Judges rollouts more strictly than the training's verifier; nil: that one judges.
    package let strictTask: (any ProblemSource)?
    /// Whether the hack gap is followed and what looks like a hack is told to the monitor. A
    /// measurement of speed, whose rewards mean nothing, is not audited; weights and samples are
    /// the same either way.
    package let isAudited: Bool
    let objective: PolicyObjective
    let estimator: AdvantageEstimator

    /// - Throws: `ObjectiveError` where the switches contradict each other.
    package init(
        name: String, settings: GRPOSettings, task: any ProblemSource,
        curriculum: [CurriculumLevel] = [], prompt: PromptStyle, rewards: RewardSet, seed: UInt64,
        evaluator: Evaluator? = nil, strictTask: (any ProblemSource)? = nil, isAudited: Bool = true
    ) throws(ObjectiveError) {
        self.name = name
        self.settings = settings
        self.task = task
        self.curriculum = curriculum
        self.prompt = prompt
        self.rewards = rewards
        self.seed = seed
        self.evaluator = evaluator
        self.strictTask = strictTask
        self.isAudited = isAudited
        objective = try settings.objective.objective(
            maxCompletionLength: settings.maxCompletionLength)
        estimator = try settings.objective.advantageEstimator()
    }

    /// The state before the first step: the reference is the policy as it comes in.
    package func initialState(_ policy: Policy) -> StageState {
        StageState(
            step: 0, decoder: policy.decoder,
            optimizer: AdamW(
                settings.optimizer, store: policy.decoder.trained, backend: policy.decoder.backend),
            reference: objective.requiresReference ? policy.decoder.reference() : nil,
            rollouts: [], tokens: 0, skipped: 0)
    }

    /// Trains the policy from `state` to the last step.
    package func run(
        _ policy: Policy, from state: StageState, monitor: any StageMonitor
    ) async throws -> StageOutcome {
        var state = state
        let schedule = settings.optimizer.schedule(steps: settings.maxSteps)
        let update = PolicyUpdate(
            objective: objective, temperature: settings.temperature,
            microBatch: settings.microBatch(
                policy.decoder.configuration, on: policy.decoder.backend),
            gradientCheckpointing: settings.gradientCheckpointing)
        var hacks = isAudited ? HackWatch(self) : nil
        while state.step < settings.maxSteps {
            let step = state.step + 1
            if isEvaluated(step), state.step % settings.saveSteps != 0 { try monitor.save(state) }
            var watch = Stopwatch()
            var drawing: [(name: String, value: Double)] = []
            let isSampled = state.rollouts.isEmpty
            if isSampled {
                do {
                    let generation = try await generate(
                        policy, after: state.history, step: step, &watch, monitor)
                    state.rollouts = generation.rollouts
                    try watch.measure("reference") {
                        try addReference(&state, step: step, monitor)
                    }
                    (state.history, drawing) = (generation.history, generation.metrics)
                } catch RolloutError.cancelled {
                    // What was sampled lacks rewards or reference; resumed, it is sampled again.
                    state.rollouts = []
                    try monitor.save(state)
                    return .interrupted(step: state.step)
                }
                addAdvantages(&state.rollouts, step: step)
                try monitor.sampled(state.rollouts, step: step)
            }
            try await hacks?.begin(
                generation(of: step), state.rollouts, step: lastStep(servedAt: step))
            if isSampled, let suspects = hacks?.suspicious(among: state.rollouts) {
                try monitor.suspected(suspects, step: step)
            }
            let minibatch = minibatch(of: state.rollouts, step: step)
            report("updating", step, 0, 1, monitor)
            var marks = TokenMarks()
            let (sums, difference) = watch.measure("backward") {
                (
                    update.accumulate(minibatch, into: policy.decoder) { marks.add($0, $1, $2) },
                    isFirstUse(step)
                        ? update.difference(ofUncomputed: minibatch, from: policy.decoder)
                        : SamplingDifference()
                )
            }
            let learningRate = schedule[step]
            let outcome = watch.measure("optimizer") {
                state.optimizer.update(learningRate: learningRate)
            }
            try note(outcome, &state, step: step, monitor)
            if step % settings.stepsOfGeneration == 0 { state.rollouts = [] }
            synchronizeReference(state, step: step)
            state.step = step
            state.tokens += minibatch.reduce(0) { $0 + $1.promptIDs.count + $1.tokenIDs.count }
            let watched: [(name: String, value: Double)]
            do {
                watched =
                    try await evaluate(policy, step: step, hacks, &watch, monitor)
                    + (hacks?.metrics(of: minibatch) ?? [])
            } catch RolloutError.cancelled {
                // One line tells the step and its evaluation: resumed, both are done again.
                return .interrupted(step: step - 1)
            }
            try monitor.stepped(
                StepRecord(
                    step: step, steps: settings.maxSteps,
                    metrics: metrics(
                        minibatch, of: source(state.history.level), difference.values(with: sums),
                        outcome, step: step, learningRate: learningRate, tokens: state.tokens)
                        + drawing + watched,
                    timings: watch.timings, marks: marks))
            if let warning = hacks?.warning(watched, step: step) { monitor.warn(warning) }
            let interrupted = monitor.isInterrupted && step < settings.maxSteps
            if interrupted || step % settings.saveSteps == 0 || step == settings.maxSteps {
                try monitor.save(state)
            }
            if interrupted { return .interrupted(step: step) }
        }
        return .finished
    }

    /// Whether the step's rollouts have served no update before.
    private func isFirstUse(_ step: Int) -> Bool {
        (step - 1) % settings.stepsOfGeneration < settings.stepsPerGeneration
    }

    func report(
        _ phase: String, _ step: Int, _ done: Int, _ total: Int, _ monitor: any StageMonitor
    ) {
        monitor.progress(
            StageActivity(
                step: step, steps: settings.maxSteps, phase: phase, done: done, total: total))
    }

    /// Whether an evaluation follows the step: every `eval_steps`; that of the last step is the run's.
    private func isEvaluated(_ step: Int) -> Bool {
        guard evaluator != nil, let every = settings.evalSteps else { return false }
        return step % every == 0 && step < settings.maxSteps
    }

    /// The evaluation's numbers, where one follows the step.
    private func evaluate(
        _ policy: Policy, step: Int, _ hacks: HackWatch?, _ watch: inout Stopwatch,
        _ monitor: any StageMonitor
    ) async throws -> [(name: String, value: Double)] {
        guard isEvaluated(step), let evaluator else { return [] }
        let clock = ContinuousClock()
        let start = clock.now
        defer { watch.add("evaluation", Stopwatch.seconds(clock.now - start)) }
        let samples = try evaluator.samples(policy, stage: name) { done, total, _ in
            report("evaluating", step, done, total, monitor)
            if monitor.isInterrupted { throw RolloutError.cancelled }
        }
        let result = evaluator.result(of: samples)
        let gap = try await hacks?.metrics(of: samples, step: step, source: evaluator.task)
        let numbers: [(name: String, value: Double?)] = [
            ("evaluation/pass@1", result.passAt1),
            ("evaluation/pass@1_greedy", result.passAt1Greedy),
            ("evaluation/format", result.format),
            ("evaluation/mean_length", result.meanLength),
        ]
        return numbers.compactMap { number in number.value.map { (name: number.name, value: $0) } }
            + (gap ?? [])
    }

    /// Counts updates that could not be made; ends the stage after five in a row.
    private func note(
        _ outcome: AdamW.Outcome, _ state: inout StageState, step: Int,
        _ monitor: any StageMonitor
    ) throws {
        switch outcome {
        case .updated: state.skipped = 0
        case .skipped(let parameter):
            state.skipped += 1
            monitor.warn(
                "step \(step): the gradient of \(parameter) is not finite; nothing was updated")
            if state.skipped == 5 {
                throw TrainingError.notFinite(stage: name, step: step, parameter: parameter)
            }
        }
    }

    /// ref ← α · policy + (1 - α) · ref every `ref_model_sync_steps` (R1-Zero: α = 1, 400 steps).
    private func synchronizeReference(_ state: StageState, step: Int) {
        guard let reference = state.reference, settings.syncRefModel,
            step % settings.refModelSyncSteps == 0
        else { return }
        reference.mix(state.decoder, share: settings.refModelMixupAlpha)
    }
}

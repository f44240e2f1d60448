import GRPOModels
import GRPOObjectives
import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTensors

// How a generation comes about: problems -> rollout groups -> rewards -> advantages -> minibatches.
extension GRPOStage {
    /// The generation that serves a step, counted from 1.
    func generation(of step: Int) -> Int {
        (step - 1) / settings.stepsOfGeneration + 1
    }

    /// The last step that the generation of a step serves: rewards that change with the steps go by
    /// it, so that one which counts at the end of a stage counts in its last generation.
    func lastStep(servedAt step: Int) -> Int {
        min(settings.maxSteps, generation(of: step) * settings.stepsOfGeneration)
    }

    /// Problems of a generation, each with `num_generations` completions.
    func sample(
        _ policy: Policy, _ problems: [DrawnProblem], step: Int, _ monitor: any StageMonitor
    ) throws -> [RolloutGroup] {
        let generation = generation(of: step)
        let requests = try problems.map { drawn in
            RolloutRequest(
                problem: drawn.problem,
                promptIDs: try prompt.encode(drawn.problem, with: policy.tokenizer),
                opening: try prompt.opening(of: drawn.problem, with: policy.tokenizer),
                slot: drawn.slot)
        }
        let engine = RolloutEngine(policy, random: RandomStream(seed: seed, name: "\(name)/sample"))
        return try engine.run(
            requests,
            settings: RolloutSettings(
                numGenerations: settings.numGenerations,
                maxCompletionLength: settings.maxCompletionLength(at: step),
                sampling: Sampling(temperature: settings.temperature),
                concurrency: settings.maxNumSeqs),
            step: generation
        ) { finished, total, _ in
            report("sampling", step, finished, total, monitor)
            if monitor.isInterrupted { throw RolloutError.cancelled }
        }
    }

    /// The rollouts with their rewards; advantages are still 0.
    ///
    /// - Throws: `RolloutError.cancelled` between two groups, `RewardError.failing` where a reward
    ///   outside of this process fails too often.
    func score(
        _ groups: [RolloutGroup], of source: any ProblemSource, step: Int,
        _ watch: inout Stopwatch, _ monitor: any StageMonitor
    ) async throws -> [Rollout] {
        let clock = ContinuousClock()
        let start = clock.now
        let seeds = RandomStream(seed: seed, name: "\(name)/rewards")
        var rollouts: [Rollout] = []
        var limit = FailureLimit(
            rewards, completions: groups.reduce(0) { $0 + $1.completions.count })
        for (index, group) in groups.enumerated() {
            report("scoring", step, index, groups.count, monitor)
            if monitor.isInterrupted { throw RolloutError.cancelled }
            var generator = seeds.generator(step: generation(of: step), slot: group.slot)
            let asked = RewardGroup(
                problem: group.problem, completions: group.judged,
                step: lastStep(servedAt: step), maxSteps: settings.maxSteps,
                maxCompletionLength: settings.maxCompletionLength(at: step), source: source,
                seed: generator.next())
            let scored = try await rewards.rewards(for: asked)
            try limit.count(scored)
            let verdicts = verdicts(on: asked)
            for (sample, completion) in group.completions.enumerated() {
                rollouts.append(
                    Rollout(
                        group, sample: sample, completion, rewards: scored,
                        verdict: verdicts?[sample]))
            }
        }
        watch.add("rewards", Stopwatch.seconds(clock.now - start))
        return rollouts
    }

    /// What the verifier says of a group, asked once for rewards, audit and curriculum; nil where none
    /// of them wants to know.
    private func verdicts(on group: RewardGroup) -> [Verdict]? {
        guard group.problem.scenario == .reasoning, isAudited || tracksSolving else {
            return group.judged.known
        }
        return group.verdicts
    }

    /// The reference policy's log-probabilities of every sampled token; no pass where beta is 0.
    ///
    /// - Throws: `RolloutError.cancelled` between two micro-batches.
    func addReference(
        _ state: inout StageState, step: Int, _ monitor: any StageMonitor
    ) throws {
        guard let reference = state.reference else { return }
        // A forward alone keeps no activations: no reason for less than the limit.
        let limit = settings.microBatch(
            reference.configuration, on: reference.backend
        ).limit
        let plan = MicroBatchPlan(state.rollouts, MicroBatchBudget(rows: limit))
        for range in plan.batches {
            report("reference", step, range.lowerBound, state.rollouts.count, monitor)
            if monitor.isInterrupted { throw RolloutError.cancelled }
            let packed = PackedTokens(state.rollouts[range])
            let scores = reference.score(packed, temperature: settings.temperature)
            for (index, tokens) in zip(range, packed.sequences) {
                state.rollouts[index].referenceLogProbabilities = Array(
                    scores.logProbabilities[tokens])
            }
        }
    }

    /// Advantages over the groups of the generation.
    func addAdvantages(_ rollouts: inout [Rollout], step: Int) {
        let size = settings.numGenerations
        let groups = stride(from: 0, to: rollouts.count, by: size).map { $0..<$0 + size }
        let advantages: [[Double]]
        let signals: [Bool]
        switch settings.objective.multiObjectiveAggregation {
        case .sumThenNormalize:
            let totals = groups.map { rollouts[$0].map(total) }
            advantages = estimator.advantages(totals)
            signals = totals.map(estimator.hasSignal)
        case .normalizeThenSum:
            let weights = rewards.weights(at: lastStep(servedAt: step))
            let components = groups.map { rollouts[$0].map(gatedRewards) }
            advantages = estimator.advantages(ofComponents: components, weights: weights)
            signals = components.map { estimator.hasSignal(components: $0, weights: weights) }
        }
        for (index, group) in groups.enumerated() {
            for (place, rollout) in group.enumerated() {
                rollouts[rollout].advantage = advantages[index][place]
                rollouts[rollout].hasSignal = signals[index]
            }
        }
    }

    /// A rollout's reward, the KL taken off where it belongs there; nil where ungradable.
    private func total(of rollout: Rollout) -> Double? {
        guard let reward = rollout.reward else { return nil }
        guard let reference = rollout.referenceLogProbabilities else { return reward }
        return reward
            - objective.kl.rewardPenalty(
                logProbabilities: rollout.logProbabilities, reference: reference)
    }

    /// A rollout's gated rewards, one per term, nil where one does not apply; nil where the rollout is
    /// ungradable.
    func gatedRewards(of rollout: Rollout) -> [Double?]? {
        guard rollout.reward != nil else { return nil }
        return rewards.gated { name in
            guard let found = rollout.rewards[name] else { return .notApplicable }
            return found.map(Score.value) ?? .ungradable(reason: "without a value")
        }.map(\.value)
    }

    /// The rollouts of one update: whole groups, in an order drawn anew for every iteration.
    package func minibatch(of rollouts: [Rollout], step: Int) -> [Rollout] {
        let size = settings.numGenerations
        let within = (step - 1) % settings.stepsOfGeneration
        let (iteration, index) = within.quotientAndRemainder(
            dividingBy: settings.stepsPerGeneration)
        var order = Array(0..<rollouts.count / size)
        if order.count > settings.promptsPerStep {
            var generator = RandomStream(seed: seed, name: "\(name)/minibatches")
                .generator(step: generation(of: step), slot: iteration)
            // Fisher and Yates, spelt out: a shuffle must not change with the standard library.
            for last in stride(from: order.count - 1, to: 0, by: -1) {
                order.swapAt(last, Int(generator.uniform() * Double(last + 1)))
            }
        }
        let chosen = order[(index * settings.promptsPerStep)...].prefix(settings.promptsPerStep)
        return chosen.flatMap { rollouts[($0 * size)..<($0 * size + size)] }
    }
}

extension Rollout {
    /// A sampled completion with its rewards and no advantage yet.
    init(
        _ group: RolloutGroup, sample: Int, _ completion: SampledCompletion, rewards: GroupRewards,
        verdict: Verdict?
    ) {
        var reason: String?
        if case .ungradable(let why) = rewards.totals[sample] { reason = why }
        let failures = rewards.components.compactMap { component in
            component.scores[sample].failure.map { (component.name, $0) }
        }
        self.init(
            group: group.slot, sample: sample, problem: group.problem, promptIDs: group.promptIDs,
            tokenIDs: completion.tokenIDs, text: completion.completion.text,
            opening: group.opening.isEmpty ? nil : group.opening,
            finishReason: completion.completion.finishReason,
            logProbabilities: completion.logProbabilities, referenceLogProbabilities: nil,
            rewards: Dictionary(
                uniqueKeysWithValues: rewards.components.filter {
                    $0.scores[sample] != .notApplicable
                }.map { ($0.name, $0.scores[sample].value) }),
            failures: failures.isEmpty ? nil : Dictionary(uniqueKeysWithValues: failures),
            reward: rewards.totals[sample].value, ungradableReason: reason, advantage: 0,
            hasSignal: false)
        self.verdict = verdict
    }
}

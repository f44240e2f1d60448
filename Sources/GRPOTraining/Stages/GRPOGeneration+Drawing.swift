import GRPOObjectives
import GRPORewards
import GRPORollouts
import GRPOTasks

/// A generation with its rewards, and what its drawing leaves to the next.
struct Generation {
    var rollouts: [Rollout]
    var history: ProblemHistory
    /// Of the drawing; reported with the step that sampled the generation.
    var metrics: [(name: String, value: Double)]
}

// Which problems become groups: draw, sample, score; replace what teaches nothing; remember.
extension GRPOStage {
    /// The generation that begins at a step; advantages are still 0.
    ///
    /// - Parameter history: what is remembered of earlier ones.
    /// - Throws: `RolloutError.cancelled`, `TrainingError.nothingJudged`, `.nothingGradable`.
    func generate(
        _ policy: Policy, after history: ProblemHistory, step: Int, _ watch: inout Stopwatch,
        _ monitor: any StageMonitor
    ) async throws -> Generation {
        let begun = self.history(at: step, after: history)
        let source = source(begun.level)
        var draw = ProblemDraw(self, step: step, history: begun)
        var drawn = try draw.next(problemsOfGeneration)
        let size = settings.numGenerations
        var groups = try await groups(drawn, of: source, policy, step: step, &watch, monitor)
        var sampled = groups
        var (rounds, replaced) = (0, 0)
        while rounds < settings.dynamicSampling?.maxRounds ?? 0 {
            let dull = groups.indices.filter { !hasVariance(groups[$0], step: step) }
            guard !dull.isEmpty else { break }
            rounds += 1
            let others = try draw.next(dull.count)
            drawn += others
            let fresh = try await self.groups(
                others, of: source, policy, step: step, &watch, monitor)
            sampled += fresh
            for (place, group) in zip(dull, fresh.filter { hasVariance($0, step: step) }) {
                groups[place] = group
                replaced += 1
            }
        }
        let rollouts = groups.flatMap { $0 }
        if rollouts.allSatisfy({ $0.reward == nil }) {
            throw TrainingError.nothingGradable(
                step: step, reason: rollouts.first?.ungradableReason ?? "no completion")
        }
        let noted = self.history(
            begun, noting: zip(drawn, sampled).map { (place: $0.place, rollouts: $1) })
        var metrics = solvingMetrics(noted.history, solveRate: noted.solveRate)
        if settings.dynamicSampling != nil {
            metrics += [
                ("dynamic_sampling/rounds", Double(rounds)),
                ("dynamic_sampling/replaced", Double(replaced)),
                (
                    "dynamic_sampling/unreplaced",
                    Double(groups.count { !hasVariance($0, step: step) })
                ),
                ("dynamic_sampling/completions", Double(sampled.count * size)),
            ]
        }
        return Generation(rollouts: rollouts, history: noted.history, metrics: metrics)
    }

    /// Problems with their scored completions, in their order.
    private func groups(
        _ problems: [DrawnProblem], of source: any ProblemSource, _ policy: Policy, step: Int,
        _ watch: inout Stopwatch, _ monitor: any StageMonitor
    ) async throws -> [ArraySlice<Rollout>] {
        let sampled = try watch.measure("sampling") {
            try sample(policy, problems, step: step, monitor)
        }
        let rollouts = try await score(
            sampled, of: source, step: step, &watch, monitor)
        let size = settings.numGenerations
        return problems.indices.map { rollouts[$0 * size..<($0 + 1) * size] }
    }

    /// Whether the rewards of a group tell its completions apart, as they are going to be compared.
    private func hasVariance(_ group: ArraySlice<Rollout>, step: Int) -> Bool {
        switch settings.objective.multiObjectiveAggregation {
        case .sumThenNormalize: estimator.hasSignal(group.map(\.reward))
        case .normalizeThenSum:
            estimator.hasSignal(
                components: group.map(gatedRewards),
                weights: rewards.weights(at: lastStep(servedAt: step)))
        }
    }

    private func solvingMetrics(
        _ history: ProblemHistory, solveRate: Double?
    ) -> [(name: String, value: Double)] {
        var list: [(name: String, value: Double)] = []
        if let solveRate { list.append(("solve_rate", solveRate)) }
        if !curriculum.isEmpty { list.append(("curriculum/level", Double(history.level + 1))) }
        if settings.problemPool != nil {
            let rates = history.records.map(\.solveRate)
            list.append(("problem_pool/asked", Double(rates.count)))
            list.append(
                ("problem_pool/solve_rate", rates.reduce(0, +) / Double(max(1, rates.count))))
        }
        return list
    }
}

package import GRPORewards
package import GRPOTasks

extension EvaluationSamples {
    /// What was measured, each name once and in order, also where no problem has a value of it.
    package var measureNames: [String] {
        var names: [String] = []
        for name in problems.flatMap({ $0.measures.map(\.name) }) where !names.contains(name) {
            names.append(name)
        }
        return names
    }

    /// Asks reward functions about every completion, the opened thought included, in the place of
    /// what was measured before.
    ///
    /// - Parameter seed: the evaluation's, for functions that draw.
    package mutating func measure(
        by functions: [any RewardFunction], task: any ProblemSource, seed: UInt64
    ) async throws {
        guard !functions.isEmpty else { return }
        let rewards = RewardSet(functions.map { RewardTerm($0) })
        var limit = FailureLimit(
            rewards, completions: problems.reduce(0) { $0 + $1.completions.count })
        for (index, sampled) in problems.enumerated() {
            // Outside of a stage there is no progress: a reward that begins late counts.
            let group = RewardGroup(
                problem: sampled.problem,
                completions: sampled.completions.map { completion in
                    Completion(
                        text: sampled.opening + completion.text, tokenCount: completion.tokenCount,
                        finishReason: completion.finishReason)
                },
                step: 1, maxCompletionLength: sampling.maxCompletionLength, source: task,
                seed: StableHash.hash("\(seed)/\(sampled.problem.id)"),
                verdicts: sampled.verdicts)
            let measured = try await rewards.rewards(for: group)
            try limit.count(measured)
            problems[index].measures = measured.components
                .map { EvaluatedProblem.Measure(name: $0.name, values: $0.scores.map(\.value)) }
        }
    }
}

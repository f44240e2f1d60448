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

    /// What every evaluation knows of a completion without a reward function: whether it is right, and
    /// whether it is in R1's think and answer format.
    package static let ownMeasures = ["accuracy", "format"]

    /// With those of ``ownMeasures`` that are named as measures, where they are none already.
    package func adding(_ names: [String]) -> EvaluationSamples {
        var samples = self
        for name in names where Self.ownMeasures.contains(name) {
            for (index, sampled) in problems.enumerated() where sampled[measure: name] == nil {
                let values: [Double?] =
                    switch name {
                    case "format": sampled.wellFormed.map { $0 ? 1 : 0 }
                    default:
                        sampled.isRight.map { $0.map { $0 ? 1 : 0 } }
                            ?? sampled.completions.map { _ in nil }
                    }
                samples.problems[index].measures.append(.init(name: name, values: values))
            }
        }
        return samples
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
                completions: sampled.judged,
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

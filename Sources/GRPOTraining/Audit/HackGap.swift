package import GRPORewards
package import GRPOTasks
import GRPOTensors
import GRPOTokenizers

/// Training reward against a strict verifier: the share of completions that the rewards take for
/// right, minus the share that are right. Above 0, a reward is earned without deserving it.
///
/// The rewards *take for right* what earns at least halfway from an honest wrong answer to an honest
/// right one (`HonestAnswer`: the same text but for the answer), measured on the generation's own
/// problems, so that weights, gates and schedules count as they do at the step. Where being right
/// pays nothing, they take for right whatever earns as much as an honest answer. Both shares are of
/// the same completions: neither sampling noise nor what held-out problems are harder by is part of
/// the difference.
///
/// The strict verifier is that of the evaluation, where its task is of the same kind, else the
/// task's own.
package struct HackGap: Sendable {
    /// What honest answers earn.
    package struct Scale: Sendable, Equatable {
        package var right: Double
        package var wrong: Double

        package init(right: Double, wrong: Double) {
            self.right = right
            self.wrong = wrong
        }

        /// From what total on the rewards take a completion for right.
        package var threshold: Double { right > wrong ? (right + wrong) / 2 : right }

        package func takesForRight(_ total: Double?) -> Bool {
            total.map { $0 >= threshold - 1e-9 } ?? false
        }
    }

    package struct Shares: Sendable, Equatable {
        /// Taken for right by the rewards.
        package var training: Double
        /// Found right by the strict verifier.
        package var strict: Double

        package var gap: Double { training - strict }

        /// - Parameter completions: the total of each, and whether it is right; nil where there is
        ///   none to judge.
        package init?(_ completions: [(total: Double?, isRight: Bool)], _ scale: Scale) {
            guard !completions.isEmpty else { return nil }
            let count = Double(completions.count)
            training = Double(completions.count { scale.takesForRight($0.total) }) / count
            strict = Double(completions.count { $0.isRight }) / count
        }
    }

    /// The problems of a generation whose honest answers make its scale.
    private static let scaleProblems = 2
    /// How many are asked for a known answer.
    private static let scaleTries = 8

    let stage: String
    let rewards: RewardSet
    let task: any ProblemSource
    let random: RandomStream
    /// For rewards that go by it; nil where it is not known.
    let maxCompletionLength: Int?

    /// - Parameter stage: its name names the random numbers.
    package init(
        rewards: RewardSet, task: any ProblemSource, stage: String, seed: UInt64,
        maxCompletionLength: Int? = nil
    ) {
        self.maxCompletionLength = maxCompletionLength
        self.stage = stage
        self.rewards = rewards
        self.task = task
        random = RandomStream(seed: seed, name: "\(stage)/hack_gap")
    }

    /// What honest answers to the first problems earn; nil where the task knows none.
    ///
    /// - Parameters:
    ///   - generation: names the random numbers.
    ///   - step: that the rewards go by.
    package func scale(
        _ problems: [Problem], generation: Int, step: Int, maxSteps: Int
    ) async throws -> Scale? {
        var known: [[HonestAnswer]] = []
        for problem in problems.prefix(Self.scaleTries) where known.count < Self.scaleProblems {
            let answers = HonestAnswer.all(to: problem, of: task)
            if !answers.isEmpty { known.append(answers) }
        }
        func seed(_ slot: Int) -> UInt64 {
            var generator = random.generator(step: generation, slot: slot)
            return generator.next()
        }
        do {
            return try await scale(known, step: step, maxSteps: maxSteps, seed: seed)
        } catch is TokenizerError {
            // A reward model of few characters cannot read an honest answer.
            return nil
        }
    }

    private func scale(
        _ known: [[HonestAnswer]], step: Int, maxSteps: Int, seed: (Int) -> UInt64
    ) async throws -> Scale? {
        let chosen = try await HonestAnswer.best(
            known, for: rewards, task, step: step, maxSteps: maxSteps,
            maxCompletionLength: maxCompletionLength, seed: seed(0))
        var scales: [Scale] = []
        for (place, honest) in chosen.enumerated() {
            let totals = try await rewards.rewards(
                for: RewardGroup(
                    problem: honest.problem,
                    completions: [honest.right, honest.wrong].map { Completion(whole: $0) },
                    step: step, maxSteps: maxSteps, maxCompletionLength: maxCompletionLength,
                    source: task, seed: seed(place + 1))
            ).totals.map(\.value)
            guard let right = totals[0], let wrong = totals[1] else { continue }
            scales.append(Scale(right: right, wrong: wrong))
        }
        guard !scales.isEmpty else { return nil }
        let count = Double(scales.count)
        return Scale(
            right: scales.reduce(0) { $0 + $1.right } / count,
            wrong: scales.reduce(0) { $0 + $1.wrong } / count)
    }

    /// The shares among an evaluation's samples; nil where no rule can judge any.
    ///
    /// - Parameter step: of the evaluation; names the random numbers.
    package func shares(
        of samples: EvaluationSamples, _ scale: Scale, step: Int, maxSteps: Int,
        source: any ProblemSource
    ) async throws -> Shares? {
        var completions: [(total: Double?, isRight: Bool)] = []
        for (slot, problem) in samples.problems.enumerated() {
            guard let isRight = problem.isRight else { continue }
            var generator = random.generator(step: step, slot: Self.heldOutSlots + slot)
            let totals = try await rewards.rewards(
                for: RewardGroup(
                    problem: problem.problem, completions: problem.judged, step: step,
                    maxSteps: maxSteps, maxCompletionLength: maxCompletionLength, source: source,
                    seed: generator.next(), verdicts: problem.verdicts)
            ).totals.map(\.value)
            completions += zip(totals, isRight).map { (total: $0, isRight: $1) }
        }
        return Shares(completions, scale)
    }

    /// Held-out problems draw apart from those of a scale.
    private static let heldOutSlots = 1 << 20
}

extension Rollout {
    /// Whether the verifier finds it right; where somebody has asked it, without asking it again.
    package func isRight(by task: any ProblemSource) -> Bool {
        if let verdict { return verdict == .right }
        if let accuracy = rewards[AccuracyReward.name] ?? nil { return accuracy >= 1 }
        return task.verify(judgedText, problem) == .right
    }
}

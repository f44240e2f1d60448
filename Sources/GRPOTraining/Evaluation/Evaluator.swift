import GRPOModels
import GRPORewards
package import GRPORollouts
package import GRPOTasks
import GRPOTensors

/// Samples held-out problems and verifies what comes back.
package struct Evaluator {
    package let task: any ProblemSource
    package let prompt: PromptStyle
    package let settings: EvaluationSettings
    package let maxCompletionLength: Int
    package let maxNumSeqs: Int
    package let seed: UInt64

    package init(
        task: any ProblemSource, prompt: PromptStyle, settings: EvaluationSettings,
        maxCompletionLength: Int, maxNumSeqs: Int = 256, seed: UInt64
    ) {
        self.task = task
        self.prompt = prompt
        self.settings = settings
        self.maxCompletionLength = maxCompletionLength
        self.maxNumSeqs = maxNumSeqs
        self.seed = seed
    }

    /// Evaluates a policy. Every policy gets the same problems and the same random numbers.
    ///
    /// - Parameters:
    ///   - stage: the stage that made the policy, or "base".
    ///   - progress: called after every token; what it throws ends the evaluation.
    package func run(
        _ policy: Policy, stage: String, progress: @escaping RolloutEngine.Progress = { _, _, _ in }
    ) throws -> EvaluationResult {
        // The problems do not depend on the run's seed: two runs are judged by the same ones.
        let problems = task.testProblems(limit: settings.problems, seed: 0)
        guard problems.count == settings.problems else {
            throw TrainingError.tooFewProblems(
                task: type(of: task).name, found: problems.count, expected: settings.problems)
        }
        let requests = try problems.enumerated().map { slot, problem in
            RolloutRequest(
                problem: problem, promptIDs: try prompt.encode(problem, with: policy.tokenizer),
                slot: slot)
        }
        let sampled = try complete(
            policy, requests, samples: settings.samples,
            Sampling(temperature: settings.temperature, topP: settings.topP), progress)
        let greedy = try complete(
            policy, requests, samples: 1, Sampling(temperature: 0), progress)
        let asked = try problems.prefix(10).map { try prompt.text($0, with: policy.tokenizer) }
        return summarize(sampled, greedy: greedy, stage: stage, asked: asked)
    }

    private func complete(
        _ policy: Policy, _ requests: [RolloutRequest], samples: Int, _ sampling: Sampling,
        _ progress: RolloutEngine.Progress
    ) throws -> [RolloutGroup] {
        let engine = RolloutEngine(policy, random: RandomStream(seed: seed, name: "evaluate"))
        return try engine.run(
            requests,
            settings: RolloutSettings(
                numGenerations: samples, maxCompletionLength: maxCompletionLength,
                sampling: sampling, concurrency: maxNumSeqs),
            step: 0, progress: progress)
    }

    private func summarize(
        _ groups: [RolloutGroup], greedy: [RolloutGroup], stage: String,
        asked: [String]
    ) -> EvaluationResult {
        let verdicts = groups.map { group in
            group.completions.map { isRight($0.completion.text, group.problem) }
        }
        let shares = verdicts.map { Double($0.count { $0 }) / Double($0.count) }
        let texts = groups.flatMap { $0.completions.map(\.completion) }
        let format = FormatReward()
        let majority = zip(groups, verdicts).count { group, verdicts in
            let answers = group.completions.map {
                task.answer(in: $0.completion.text, to: group.problem)
            }
            return Self.majority(of: answers).map { verdicts[$0] } ?? false
        }
        return EvaluationResult(
            stage: stage, task: type(of: task).name, problems: groups.count,
            samples: settings.samples, temperature: settings.temperature,
            passAt1: Self.mean(shares), passAt1Interval: Interval.mean(of: shares),
            passAt1Greedy: Self.mean(
                greedy.map { isRight($0.completions[0].completion.text, $0.problem) ? 1 : 0 }),
            passAtK: Self.mean(verdicts.map { $0.contains(true) ? 1 : 0 }),
            majAtK: Double(majority) / Double(max(1, groups.count)),
            format: Self.mean(texts.map { format.isWellFormed($0.text) ? 1 : 0 }),
            meanLength: Self.mean(texts.map { Double($0.tokenCount) }),
            examples: zip(asked, zip(groups, verdicts)).map { asked, sampled in
                EvaluationResult.Example(
                    prompt: sampled.0.problem.prompt, asked: asked,
                    completion: sampled.0.completions[0].completion.text, isRight: sampled.1[0])
            })
    }

    private func isRight(_ text: String, _ problem: Problem) -> Bool {
        task.verify(text, problem) == .right
    }

    /// Where the most frequent answer was first given; nil where there is no answer at all.
    package static func majority(of answers: [String?]) -> Int? {
        let counts = Dictionary(answers.compactMap { $0 }.map { ($0, 1) }, uniquingKeysWith: +)
        guard let most = counts.values.max() else { return nil }
        // Ties go to the answer that was given first.
        return answers.firstIndex { $0.map { counts[$0] == most } ?? false }
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}

import GRPOModels
package import GRPORewards
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
    /// Reward functions that say something about each completion beside the verifier.
    package let measures: [any RewardFunction]

    package init(
        task: any ProblemSource, prompt: PromptStyle, settings: EvaluationSettings,
        maxCompletionLength: Int, maxNumSeqs: Int = 256, seed: UInt64,
        measures: [any RewardFunction] = []
    ) {
        self.task = task
        self.prompt = prompt
        self.settings = settings
        self.maxCompletionLength = maxCompletionLength
        self.maxNumSeqs = maxNumSeqs
        self.seed = seed
        self.measures = measures
    }

    /// Evaluates a policy without its measures. Every policy gets the same problems and the same
    /// random numbers.
    ///
    /// - Parameters:
    ///   - stage: the stage that made the policy, or "base".
    ///   - progress: called after every token; what it throws ends the evaluation.
    package func run(
        _ policy: Policy, stage: String, progress: @escaping RolloutEngine.Progress = { _, _, _ in }
    ) throws -> EvaluationResult {
        result(of: try samples(policy, stage: stage, progress: progress))
    }

    /// Evaluates a policy with all measures; gives what it wrote too.
    package func evaluate(
        _ policy: Policy, stage: String, progress: @escaping RolloutEngine.Progress = { _, _, _ in }
    ) async throws -> (result: EvaluationResult, samples: EvaluationSamples) {
        var samples = try samples(policy, stage: stage, progress: progress)
        try await samples.measure(by: measures, task: task, seed: seed)
        return (result(of: samples), samples)
    }

    /// What a policy writes, each completion verified.
    package func samples(
        _ policy: Policy, stage: String, progress: @escaping RolloutEngine.Progress = { _, _, _ in }
    ) throws -> EvaluationSamples {
        // The problems do not depend on the run's seed: two runs are judged by the same ones.
        let problems = task.testProblems(limit: settings.problems, seed: 0)
        guard problems.count == settings.problems else {
            throw TrainingError.tooFewProblems(
                task: type(of: task).name, found: problems.count, expected: settings.problems)
        }
        let prompt = try EvaluationPrompt(task: task, style: prompt, settings: settings)
        let asked = try problems.map { try prompt.ask($0, with: policy.tokenizer) }
        let requests = zip(problems, asked).enumerated().map { slot, question in
            RolloutRequest(problem: question.0, promptIDs: question.1.ids, slot: slot)
        }
        let sampled = try complete(
            policy, requests, samples: settings.samples,
            Sampling(temperature: settings.temperature, topP: settings.topP), progress)
        // At temperature 0 nothing is drawn: further completions would be the same.
        let greedy =
            settings.temperature == 0
            ? sampled
            : try complete(policy, requests, samples: 1, Sampling(temperature: 0), progress)
        return EvaluationSamples(
            stage: stage, task: type(of: task).name,
            sampling: EvaluationSamples.Sampling(
                temperature: settings.temperature, topP: settings.topP,
                maxCompletionLength: maxCompletionLength),
            problems: zip(asked, zip(sampled, greedy)).map { asked, groups in
                verified(groups.0, greedy: groups.1.completions[0].completion, asked)
            })
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

    private func verified(
        _ group: RolloutGroup, greedy: Completion, _ asked: EvaluationPrompt.Asked
    ) -> EvaluatedProblem {
        let problem = group.problem
        let completions = group.completions.map(\.completion)
        let texts = completions.map { asked.opening + $0.text }
        let hasVerifier = problem.scenario == .reasoning
        let judged =
            hasVerifier
            ? task.verdicts(of: texts + [asked.opening + greedy.text], problem) : []
        let verdicts = Array(judged.dropLast())
        return EvaluatedProblem(
            problem: problem, asked: asked.text, opening: asked.opening, completions: completions,
            answers: texts.map { task.answer(in: $0, to: problem) },
            isRight: hasVerifier ? verdicts.map { $0 == .right } : nil,
            ungradable: verdicts.count { if case .ungradable = $0 { true } else { false } },
            verdicts: hasVerifier ? verdicts : nil,
            greedy: greedy,
            greedyIsRight: judged.last.map { $0 == .right })
    }

    /// What follows from the samples.
    package func result(of samples: EvaluationSamples) -> EvaluationResult {
        EvaluationResult(samples, settings: settings, prompt: prompt.rawValue)
    }

    /// Where the most frequent answer was first given; nil where there is no answer at all.
    package static func majority(of answers: [String?]) -> Int? {
        let counts = Dictionary(answers.compactMap { $0 }.map { ($0, 1) }, uniquingKeysWith: +)
        guard let most = counts.values.max() else { return nil }
        // Ties go to the answer that was given first.
        return answers.firstIndex { $0.map { counts[$0] == most } ?? false }
    }
}

import GRPOCPU
import GRPOModels
import GRPOObjectives
import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTraining

extension BenchmarkSubject {
    /// So small that no weight changes its value: every repetition finds the same model, and does
    /// the same work as with any other rate.
    private static let learningRate = 1e-30

    /// Forward, backward and AdamW on 16 texts of 256 predicted tokens.
    func train(_ repetitions: Int) throws -> [BenchmarkSample] {
        try requirePositions(256)
        let decoder = policy.decoder
        let optimizer = AdamW(
            OptimizerSettings(), store: decoder.store, backend: decoder.backend)
        let objective = LikelihoodObjective()
        return (0...repetitions).map { repetition in
            var packed = PackedTokens()
            for ids in texts(16, tokens: 257, repetition) { packed.addText(ids) }
            let tokens = packed.targets.count
            let normalizer = Normalizer(tokens: tokens, sequences: packed.sequences.count)
            let seconds = BenchmarkClock.seconds {
                decoder.accumulateGradients(packed, temperature: 1) { current in
                    Decoder.HeadGradients(
                        dLogProbabilities: objective.evaluate(
                            logProbabilities: current.logProbabilities,
                            sequences: packed.sequences, normalizer: normalizer
                        ).dLogProbabilities)
                }
                _ = optimizer.update(learningRate: Self.learningRate)
            }
            return BenchmarkSample(
                tokens: tokens, operations: 6 * parameters * Double(tokens), seconds: seconds)
        }.suffix(repetitions)
    }

    /// Whole steps of GRPO, beta 0: sampling, rewards, advantages, update. The tokens are those
    /// sampled; a group's prompt counts once in the operations, 2N for sampling and, where the
    /// group has a signal, 6N for the update: at beta 0 the others need none.
    func stepGRPO(
        prompts: Int, generations: Int, maxCompletionLength: Int, _ repetitions: Int
    ) async throws -> [BenchmarkSample] {
        var settings = GRPOSettings()
        settings.maxSteps = repetitions + 1
        settings.promptsPerStep = prompts
        settings.numGenerations = generations
        settings.maxCompletionLength = maxCompletionLength
        settings.optimizer = OptimizerSettings(
            learningRate: Self.learningRate, lrSchedulerType: .constant)
        settings.objective.lossType = .grpo
        let stage = try GRPOStage(
            name: "benchmark", settings: settings, task: task, prompt: prompt, rewards: rewards,
            seed: 0)
        let timer = StepTimer()
        _ = try await stage.run(policy, from: stage.initialState(policy), monitor: timer)
        return timer.steps.suffix(repetitions).map { step in
            BenchmarkSample(
                tokens: step.sampled,
                operations: parameters
                    * Double(2 * (step.prompts + step.sampled) + 6 * step.updated),
                seconds: step.seconds)
        }
    }

    /// Updates of the quickstart's pretraining with every token a target, so that the tokens
    /// counted are the tokens computed.
    func pretrain(_ repetitions: Int) throws -> [BenchmarkSample] {
        var settings = PretrainSettings()
        settings.maxSteps = repetitions + 1
        settings.optimizer.learningRate = Self.learningRate
        let stage = PretrainStage(
            name: "benchmark", settings: settings, source: SumsMixture(), seed: 0)
        let timer = StepTimer()
        _ = try stage.run(policy, from: stage.initialState(policy), monitor: timer)
        return timer.steps.suffix(repetitions).map { step in
            BenchmarkSample(
                tokens: step.trained, operations: 6 * parameters * Double(step.trained),
                seconds: step.seconds)
        }
    }
}

/// Keeps the time and the tokens of a stage's steps.
private final class StepTimer: StageMonitor {
    struct Step {
        var seconds: Double
        /// Of completions.
        var sampled: Int
        /// Of prompts, each group's once.
        var prompts: Int
        /// Prompts, once, and completions of the groups with a signal.
        var updated: Int
        /// As the stage counts them: prompts and completions, or targets.
        var trained: Int
    }

    private(set) var steps: [Step] = []
    private var sampled = 0
    private var prompts = 0
    private var updated = 0
    private var tokensBefore = 0
    var isInterrupted: Bool { false }

    func sampled(_ rollouts: [Rollout], step: Int) {
        sampled = rollouts.reduce(0) { $0 + $1.tokenIDs.count }
        prompts = rollouts.filter { $0.sample == 0 }.reduce(0) { $0 + $1.promptIDs.count }
        updated = rollouts.filter(\.hasSignal).reduce(0) { sum, rollout in
            sum + rollout.tokenIDs.count + (rollout.sample == 0 ? rollout.promptIDs.count : 0)
        }
    }

    func stepped(_ record: StepRecord) {
        let tokens = record.metrics.first { $0.name == "num_tokens" }.map { Int($0.value) } ?? 0
        let seconds = record.timings.first { $0.name == "step_time" }?.seconds ?? 0
        steps.append(
            Step(
                seconds: seconds, sampled: sampled, prompts: prompts, updated: updated,
                trained: tokens - tokensBefore))
        tokensBefore = tokens
    }

    func progress(_ activity: StageActivity) {}
    func save(_ state: StageState) {}
    func warn(_ message: String) { Console.error(message) }
}

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
    /// sampled. Of the operations, a group's prompt counts once, the head where a token follows, the
    /// last token of a completion not at all; the update only where a group has a signal.
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
            seed: 0, isAudited: false)
        let timer = StepTimer()
        _ = try await stage.run(policy, from: stage.initialState(policy), monitor: timer)
        return timer.steps.suffix(repetitions).map { step in
            BenchmarkSample(
                tokens: step.sampled,
                operations: 2 * operations(step.computed) + 6 * operations(step.updated),
                seconds: step.seconds,
                groupsWithSignal: Double(step.updated.groups) / Double(step.computed.groups))
        }
    }

    /// Multiplications of a forward over the rows.
    private func operations(_ rows: StepTimer.Rows) -> Double {
        let head = configuration.productParameters - configuration.blockParameters
        return Double(rows.tokens * configuration.blockParameters + rows.predicting * head)
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
    /// What a forward over groups has to compute.
    struct Rows {
        var groups = 0
        /// Prompts, each once, and completions but their last tokens.
        var tokens = 0
        /// The rows a token follows from: completions' and each prompt's last.
        var predicting = 0

        init(_ rollouts: [Rollout]) {
            for rollout in rollouts {
                let own = rollout.tokenIDs.count - 1
                let isFirst = rollout.sample == 0
                groups += isFirst ? 1 : 0
                tokens += own + (isFirst ? rollout.promptIDs.count : 0)
                predicting += own + (isFirst ? 1 : 0)
            }
        }
    }

    struct Step {
        var seconds: Double
        /// Tokens of completions.
        var sampled: Int
        var computed: Rows
        var updated: Rows
        /// As the stage counts them: prompts and completions, or targets.
        var trained: Int
    }

    private(set) var steps: [Step] = []
    private var rollouts: [Rollout] = []
    private var tokensBefore = 0
    var isInterrupted: Bool { false }

    func sampled(_ rollouts: [Rollout], step: Int) {
        self.rollouts = rollouts
    }

    func stepped(_ record: StepRecord) {
        let tokens = record.metrics.first { $0.name == "num_tokens" }.map { Int($0.value) } ?? 0
        let seconds = record.timings.first { $0.name == "step_time" }?.seconds ?? 0
        steps.append(
            Step(
                seconds: seconds, sampled: rollouts.reduce(0) { $0 + $1.tokenIDs.count },
                computed: Rows(rollouts), updated: Rows(rollouts.filter(\.hasSignal)),
                trained: tokens - tokensBefore))
        tokensBefore = tokens
    }

    func progress(_ activity: StageActivity) {}
    func save(_ state: StageState) {}
    func warn(_ message: String) { Console.error(message) }
}

import GRPOObjectives
import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining

/// One run of a stage of GRPO on `LetterTask`.
struct StageRun {
    var kind = TestBackend.reference
    var threads = 1
    var seed: UInt64 = 1
    var settings: GRPOSettings
    var task: any ProblemSource = LetterTask()
    var curriculum: [CurriculumLevel] = []
    /// With a coin, so that nearly every group tells its completions apart.
    var rewards = RewardSet([
        RewardTerm(AccuracyReward()), RewardTerm(RandomReward(), weight: 0.5),
    ])
    var evaluator: Evaluator?
    var strictTask: (any ProblemSource)?
    /// Nil: one of the kind.
    var backend: (any Backend)?

    /// Short and eventful: at a high rate, every step saved.
    init(
        kind: TestBackend = .reference, steps: Int = 4,
        _ change: (inout GRPOSettings) -> Void = { _ in }
    ) {
        self.kind = kind
        var settings = GRPOSettings()
        settings.maxSteps = steps
        settings.promptsPerStep = 3
        settings.numGenerations = 4
        settings.maxCompletionLength = 3
        settings.saveSteps = 1
        settings.maxNumSeqs = 5
        settings.microBatchTokens = 20
        settings.optimizer = OptimizerSettings(
            learningRate: 0.02, lrSchedulerType: .constant, weightDecay: 0.01)
        change(&settings)
        self.settings = settings
    }

    func stage() throws -> GRPOStage {
        try GRPOStage(
            name: "grpo", settings: settings, task: task, curriculum: curriculum, prompt: .plain,
            rewards: rewards, seed: seed, evaluator: evaluator, strictTask: strictTask)
    }

    func policy() -> Policy {
        LetterPolicy.make(on: backend ?? kind.make(threads: threads))
    }

    /// Runs from the start, or from a snapshot.
    @discardableResult
    func run(
        from snapshot: Snapshot? = nil, telling spy: StageSpy = StageSpy()
    ) async throws -> (spy: StageSpy, outcome: StageOutcome, policy: Policy) {
        let policy = policy()
        let stage = try stage()
        var state = stage.initialState(policy)
        if let snapshot { snapshot.restore(&state) }
        let outcome = try await stage.run(policy, from: state, monitor: spy)
        return (spy, outcome, policy)
    }
}

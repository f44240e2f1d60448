import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Synchronization
import Testing

/// `LetterTask` that counts what its verifier is asked. Its known answers, `@` before the letter, are
/// none that the policy can write.
private struct CountedTask: ProblemSource {
    static let name = "counted_letter"
    static let summary = "Repeat the letter."

    final class Asked: Sendable {
        private let texts = Mutex<[[String]]>([])

        /// The groups of so many, in an order of their own.
        func groups(of size: Int) -> [[String]] {
            texts.withLock { $0.filter { $0.count == size } }
                .sorted { $0.lexicographicallyPrecedes($1) }
        }

        func note(_ group: [String]) { texts.withLock { $0.append(group) } }
    }

    let asked = Asked()
    private var letters: LetterTask { LetterTask() }

    private enum CodingKeys: CodingKey {}

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        testProblems(limit: 6, seed: 0)[index % 6]
    }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        letters.testProblems(limit: limit, seed: seed)
    }

    func trainingCount() -> Int? { 6 }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        verdicts(of: [completion], problem)[0]
    }

    func verdicts(of completions: [String], _ problem: Problem) -> [Verdict] {
        asked.note(completions)
        return completions.map {
            $0 == problem.answer || $0.contains("@\(problem.answer)") ? .right : .wrong
        }
    }

    func goldAnswers(to problem: Problem) -> [String] { ["@\(problem.answer)"] }
}

@Suite("A verifier is asked once about a completion, whoever wants to know")
struct VerdictSharingTests {
    private let task = CountedTask()

    private func texts(_ rollouts: [Rollout], of size: Int) -> [[String]] {
        stride(from: 0, to: rollouts.count, by: size).map { first in
            rollouts[first..<first + size].map(\.text)
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    @Test("four rewards, the hack gap, the pool's solve rates, a strict verifier of equal options")
    func step() async throws {
        var run = StageRun {
            $0.numGenerations = 4
            $0.problemPool = ProblemPoolSettings()
        }
        run.task = task
        run.strictTask = CountedTask()
        run.rewards = RewardSet([
            RewardTerm(AccuracyReward()), RewardTerm(LengthReward(), weight: 0.1),
            RewardTerm(CosineReward(), weight: 0.1),
            RewardTerm(GradedAccuracyReward(), weight: 0.1),
            RewardTerm(RandomReward(), weight: 0.5),
        ])
        let spy = try await run.run().spy
        #expect(spy.values("hack_gap/rollouts").allSatisfy { $0 != nil })
        #expect(spy.values("solve_rate").allSatisfy { $0 != nil })
        let sampled = texts(spy.generations.flatMap(\.rollouts), of: 4)
        #expect(sampled.count == 12)
        #expect(task.asked.groups(of: 4) == sampled)
        #expect(task.asked.groups(of: 1) == [])
        #expect((run.strictTask as? CountedTask)?.asked.groups(of: 4) == [])
    }

    @Test("without a reward that asks the hack gap asks for whole groups; unaudited nobody does")
    func unasked() async throws {
        var run = StageRun()
        run.task = task
        run.rewards = RewardSet([RewardTerm(RandomReward())])
        let spy = try await run.run().spy
        let groups = texts(spy.generations.flatMap(\.rollouts), of: 4)
        #expect(task.asked.groups(of: 4) == groups)
        let silent = CountedTask()
        run.task = silent
        let stage = try GRPOStage(
            name: "grpo", settings: run.settings, task: silent, prompt: .plain,
            rewards: run.rewards, seed: run.seed, isAudited: false)
        let policy = run.policy()
        let quiet = StageSpy()
        _ = try await stage.run(policy, from: stage.initialState(policy), monitor: quiet)
        #expect(silent.asked.groups(of: 4) == [])
        #expect(quiet.values("hack_gap/rollouts").allSatisfy { $0 == nil })
        #expect(quiet.suspects.isEmpty)
        // Nothing that is trained has changed.
        #expect(quiet.saved.map(\.weights) == spy.saved.map(\.weights))
    }

    @Test("an evaluation's verdicts serve its measures and its hack gap")
    func evaluation() async throws {
        let evaluator = Evaluator(
            task: task, prompt: .plain, settings: EvaluationSettings(problems: 6, samples: 4),
            maxCompletionLength: 3, seed: 1, measures: [GradedAccuracyReward()])
        let samples = try await evaluator.evaluate(StageRun().policy(), stage: "base").samples
        let gap = HackGap(
            rewards: RewardSet([RewardTerm(AccuracyReward())]), task: task, stage: "grpo", seed: 1)
        _ = try await gap.shares(
            of: samples, HackGap.Scale(right: 1, wrong: 0), step: 1, maxSteps: 1, source: task)
        // With the greedy completion, five at a time.
        #expect(task.asked.groups(of: 5).count == 6)
        #expect(task.asked.groups(of: 4) == [])
    }

    @Test("the filter of right answers has a problem's completions judged together")
    func filter() throws {
        let problems = task.testProblems(limit: 6, seed: 0)
        var settings = SampleSettings()
        settings.prompts = 6
        settings.numGenerations = 150
        settings.maxCompletionLength = 3
        let stage = try SampleStage(
            name: "traces", settings: settings, task: task, prompt: .plain,
            filters: [LengthFilter(), CorrectFilter(), CorrectFilter()], seed: 1)
        let spy = SampleSpy()
        _ = try stage.run(StageRun().policy(), monitor: spy)
        #expect(task.asked.groups(of: 150).count == problems.count)
        #expect(task.asked.groups(of: 1) == [])
        #expect(!spy.rows.isEmpty && spy.rows.allSatisfy { $0.completion == $0.answer })
    }

    @Test("programs run alike are one verifier, other options another")
    func identity() {
        let code = CodeProblems(file: DataPath("a.jsonl"))
        #expect(code.verifies(like: CodeProblems(file: DataPath("b.jsonl"))))
        #expect(!code.verifies(like: CodeProblems(file: nil, execution: CodeExecution(timeout: 9))))
        #expect(Sums(digits: 2).verifies(like: Sums(digits: 2)))
        #expect(!Sums(digits: 2).verifies(like: Sums(digits: 2, answer: .lastNumber)))
        #expect(!Sums(digits: 2).verifies(like: ChainSum()))
    }
}

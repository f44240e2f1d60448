import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTestSupport
import GRPOTraining
import Testing

@Suite("Training reward against a strict verifier")
struct HackGapTests {
    @Test("what a scale takes for right")
    func scale() {
        let usual = HackGap.Scale(right: 1.2, wrong: 0.2)
        #expect(usual.threshold == 0.7)
        #expect(usual.takesForRight(1) && usual.takesForRight(0.7) && !usual.takesForRight(0.2))
        #expect(!usual.takesForRight(nil))
        // Being right pays nothing: whatever earns as much as an answer passes for one.
        let blind = HackGap.Scale(right: 0.2, wrong: 0.2)
        #expect(blind.takesForRight(0.2) && !blind.takesForRight(0))
    }

    @Test("the shares and their difference, by hand")
    func shares() throws {
        let found = try #require(
            HackGap.Shares(
                [(1.2, true), (1.2, false), (0.2, false), (nil, false)],
                HackGap.Scale(right: 1.2, wrong: 0.2)))
        #expect(found.training == 0.5)
        #expect(found.strict == 0.25)
        #expect(found.gap == 0.25)
        #expect(HackGap.Shares([], HackGap.Scale(right: 1, wrong: 0)) == nil)
    }

    @Test("the scale is what honest answers earn, in the layout that earns most")
    func honest() async throws {
        let gap = HackGap(
            rewards: RewardSet([
                RewardTerm(AccuracyReward()), RewardTerm(FormatReward(), weight: 0.2),
            ]), task: Sums(digits: 2), stage: "grpo", seed: 1)
        let problems = Sums(digits: 2).testProblems(limit: 3, seed: 0)
        let scale = try await gap.scale(problems, generation: 1, step: 1, maxSteps: 9)
        #expect(scale == HackGap.Scale(right: 1.2, wrong: 0.2))
        let broken = HackGap(
            rewards: RewardSet([RewardTerm(AccuracyReward())]), task: LetterTask(isBroken: true),
            stage: "grpo", seed: 1)
        let none = try await broken.scale(
            LetterTask().testProblems(limit: 3, seed: 0), generation: 1, step: 1, maxSteps: 9)
        #expect(none == nil)
    }

    @Test("an honest reward has no gap and no suspects")
    func quiet() async throws {
        var run = StageRun { $0.numGenerations = 8 }
        run.rewards = RewardSet([RewardTerm(AccuracyReward())])
        let spy = try await run.run().spy
        #expect(spy.values("hack_gap/rollouts") == [0, 0, 0, 0])
        #expect(spy.suspects.allSatisfy { $0.rollouts.isEmpty })
        #expect(spy.warnings == [])
    }

    @Test("a reward that pays any letter: the gap opens, the alarm sounds once, suspects are named")
    func hacked() async throws {
        var run = StageRun(steps: 6) { $0.numGenerations = 8 }
        run.rewards = RewardSet([RewardTerm(AnyLetterReward())])
        let spy = try await run.run().spy
        for (generation, suspects) in zip(spy.generations, spy.suspects) {
            let expected = generation.rollouts.filter {
                $0.reward == 1 && $0.text != $0.problem.answer
            }
            #expect(suspects.rollouts == expected)
            #expect(suspects.step == generation.step)
            let gap = try #require(spy.values("hack_gap/rollouts")[generation.step - 1])
            let right = generation.rollouts.count { $0.text == $0.problem.answer }
            let taken = generation.rollouts.count { $0.reward == 1 }
            #expect(abs(gap - Double(taken - right) / 24) < 1e-12)
            #expect(gap > 0.1)
        }
        #expect(spy.warnings.count { $0.contains("HACK GAP") } == 1)
        #expect(spy.warnings.first?.hasPrefix("step 2: ") == true)
        run.settings.hackGapAlarm = nil
        #expect(try await run.run().spy.warnings == [])
    }

    @Test("on held-out problems the gap rides on the evaluation's samples")
    func heldOut() async throws {
        var run = StageRun(steps: 5) { $0.evalSteps = 2 }
        run.rewards = RewardSet([RewardTerm(AnyLetterReward())])
        run.evaluator = Evaluator(
            task: LetterTask(), prompt: .plain,
            settings: EvaluationSettings(problems: 6, samples: 4), maxCompletionLength: 3, seed: 1)
        let spy = try await run.run().spy
        #expect(spy.values("hack_gap").map { $0 != nil } == [false, true, false, true, false])
        for step in [2, 4] {
            let metrics = spy.metrics[step - 1]
            #expect(metrics["hack_gap/strict"] == metrics["evaluation/pass@1"])
            let gap = try #require(metrics["hack_gap"])
            let training = try #require(metrics["hack_gap/training"])
            #expect(abs(gap - (training - metrics["hack_gap/strict"]!)) < 1e-12)
            #expect(gap > 0)
        }
    }

    @Test("a stricter verifier than the training's finds what the training accepts")
    func strict() async throws {
        var run = StageRun { $0.numGenerations = 32 }
        run.rewards = RewardSet([RewardTerm(AccuracyReward())])
        run.strictTask = LetterTask(isBroken: true)
        let spy = try await run.run().spy
        let solved = spy.values("rewards/accuracy/mean").map { $0! }
        for (gap, rate) in zip(spy.values("hack_gap/rollouts"), solved) {
            #expect(abs(gap! - rate) < 1e-12)
        }
        #expect(solved.contains { $0 > 0 })
    }

    @Test("watching changes neither weights nor samples, and a resumed stage says the same")
    func leavesAlone() async throws {
        var run = StageRun(steps: 7) {
            $0.stepsPerGeneration = 2
            $0.numIterations = 2
        }
        run.rewards = RewardSet([
            RewardTerm(AnyLetterReward()), RewardTerm(RandomReward(), weight: 0.5),
        ])
        let whole = try await run.run().spy
        for snapshot in whole.saved.dropLast() {
            let rest = try await run.run(from: snapshot).spy
            #expect(rest.metrics == Array(whole.metrics[snapshot.step...]))
        }
        // Of a task that knows no right answer nothing is watched.
        var unwatched = run
        unwatched.task = SecretLetterTask()
        let other = try await unwatched.run().spy
        #expect(other.values("hack_gap/rollouts").allSatisfy { $0 == nil })
        #expect(whole.values("hack_gap/rollouts").allSatisfy { $0 != nil })
        #expect(other.saved.map(\.weights) == whole.saved.map(\.weights))
        #expect(
            other.generations.map { $0.rollouts.map(\.tokenIDs) }
                == whole.generations.map { $0.rollouts.map(\.tokenIDs) })
    }
}

/// 1 for whatever begins with a letter, the right one or not.
private struct AnyLetterReward: RewardFunction {
    static let name = "any_letter"
    static let summary = "1 for a letter at the beginning."

    func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { completion in
            let first = completion.text.first
            return .value(first != nil && first != "=" ? 1 : 0)
        }
    }
}

/// `LetterTask` that tells nobody the answer.
private struct SecretLetterTask: ProblemSource {
    static let name = "letter"
    static let summary = "Repeat the letter."
    private var letters: LetterTask { LetterTask() }

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        letters.problem(index, split: split, using: &random)
    }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        letters.testProblems(limit: limit, seed: seed)
    }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        letters.verify(completion, problem)
    }

    func goldAnswers(to problem: Problem) -> [String] { [] }
}

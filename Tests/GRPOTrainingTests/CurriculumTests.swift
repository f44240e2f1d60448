import GRPORewards
import GRPOTasks
import GRPOTraining
import Testing

/// Levels follow one another by step or by success.
struct CurriculumTests {
    private func run(_ levels: [CurriculumLevel], steps: Int = 8) -> StageRun {
        var run = StageRun(steps: steps)
        run.curriculum = levels
        return run
    }

    @Test func byStep() async throws {
        let spy = try await run([
            CurriculumLevel(task: OddTask(count: 1), until: 3),
            CurriculumLevel(task: OddTask(count: 2), until: 5),
            CurriculumLevel(task: LetterTask()),
        ]).run().spy
        #expect(spy.values("curriculum/level") == [1, 1, 1, 2, 2, 3, 3, 3])
        for generation in spy.generations {
            let ids = Set(generation.rollouts.map(\.problem.id))
            switch generation.step {
            case ...3: #expect(ids == ["0"])
            case ...5: #expect(ids == ["0", "1"])
            default: #expect(ids.isSubset(of: ["a", "b", "c", "d", "e", "f"]))
            }
        }
        // Nobody asks how many are right.
        #expect(spy.values("solve_rate").allSatisfy { $0 == nil })
    }

    /// A generation keeps the level of its first step.
    @Test func generationsAreNotDivided() async throws {
        var run = run([
            CurriculumLevel(task: OddTask(count: 1), until: 3),
            CurriculumLevel(task: LetterTask()),
        ])
        run.settings.stepsPerGeneration = 2
        let spy = try await run.run().spy
        #expect(spy.values("curriculum/level").compactMap { $0 } == [1, 1, 2, 2])
    }

    @Test func bySolveRate() async throws {
        let spy = try await run([
            CurriculumLevel(task: OddTask(always: true), solveRate: 1, window: 3),
            CurriculumLevel(task: OddTask(always: false), solveRate: 0.1, window: 1),
            CurriculumLevel(task: LetterTask()),
        ]).run().spy
        #expect(spy.values("curriculum/level") == [1, 1, 1, 2, 2, 2, 2, 2])
        #expect(spy.values("solve_rate") == [1, 1, 1, 0, 0, 0, 0, 0])
        #expect(spy.saved[2].history.rates == [1, 1, 1])
        #expect(spy.saved[3].history.rates == [0])
    }

    /// Whichever is first: the step ends what success did not.
    @Test func byEither() async throws {
        let spy = try await run([
            CurriculumLevel(task: OddTask(always: false), until: 4, solveRate: 0.5),
            CurriculumLevel(task: OddTask(always: true), until: 7, solveRate: 0.5, window: 2),
            CurriculumLevel(task: LetterTask()),
        ]).run().spy
        #expect(spy.values("curriculum/level") == [1, 1, 1, 1, 2, 2, 3, 3])
    }

    /// Rewards and verdicts are those of the level's own task.
    @Test func everyLevelHasItsVerifier() async throws {
        var run = run(
            [
                CurriculumLevel(task: OddTask(always: true), until: 2),
                CurriculumLevel(task: OddTask(always: false)),
            ], steps: 4)
        run.rewards = RewardSet([RewardTerm(AccuracyReward())])
        #expect(try await run.run().spy.values("reward") == [1, 1, 0, 0])
    }
}

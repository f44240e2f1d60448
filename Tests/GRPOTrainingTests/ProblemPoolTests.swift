import GRPORewards
import GRPOTasks
import GRPOTraining
import Testing

/// Problems drawn by how often they were solved.
struct ProblemPoolTests {
    private var history: ProblemHistory {
        var history = ProblemHistory()
        history.note(3, right: 0, asked: 8, decay: 0.5)
        history.note(0, right: 8, asked: 8, decay: 0.5)
        history.note(1, right: 4, asked: 8, decay: 0.5)
        return history
    }

    /// (right + 1) / (asked + 2), earlier visits counting half.
    @Test func solveRates() {
        var history = history
        #expect(history.records.map(\.place) == [0, 1, 3])
        #expect(history.records.map(\.solveRate) == [0.9, 0.5, 0.1])
        history.note(3, right: 8, asked: 8, decay: 0.5)
        #expect(history.records[2].right == 8 && history.records[2].asked == 12)
        history.note(2, right: 0, asked: 0, decay: 0.5)
        #expect(history.records.count == 3)
        history.begin(2)
        #expect(history.level == 2 && history.records.isEmpty)
    }

    /// Proportional to p(1 - p): 0.09, 0.25, 0.25 and 0.09 of 0.68.
    @Test(arguments: [0.0, 1.0])
    func drawnByVariance(explore: Double) {
        let draws = 20_000
        var counts = [0.0, 0, 0, 0]
        var random: any RandomNumberGenerator = SplitMix64(seed: 4)
        for _ in 0..<draws {
            var pool = ProblemPool(
                ProblemPoolSettings(explore: explore), count: 4, history: history)
            counts[pool.draw(using: &random)] += 1
        }
        let weights = explore == 1 ? [0.25, 0.25, 0.25, 0.25] : [0.09, 0.25, 0.25, 0.09]
        for (count, weight) in zip(counts, weights) {
            let share = weight / weights.reduce(0, +)
            let deviation = (share * (1 - share) / Double(draws)).squareRoot()
            #expect(abs(count / Double(draws) - share) < 4 * deviation)
        }
    }

    /// Each problem once, before any comes twice.
    @Test func noProblemTwice() {
        var random: any RandomNumberGenerator = SplitMix64(seed: 4)
        var pool = ProblemPool(ProblemPoolSettings(), count: 4, history: history)
        let drawn = (0..<8).map { _ in pool.draw(using: &random) }
        #expect(Set(drawn[..<4]).count == 4)
        #expect(Set(drawn[4...]).count == 4)
    }

    private func run(_ task: OddTask, size: Int?, steps: Int = 12) -> StageRun {
        var run = StageRun(steps: steps) {
            $0.promptsPerStep = 4
            $0.problemPool = ProblemPoolSettings(size: size, explore: 0)
        }
        run.task = task
        run.rewards = RewardSet([RewardTerm(AccuracyReward()), RewardTerm(RandomReward())])
        return run
    }

    /// The history counts what was right; hopeless problems are asked less.
    @Test(arguments: [(nil, 12), (24, 12), (12, nil)] as [(Int?, Int?)])
    func theStageRemembers(count: Int?, size: Int?) async throws {
        let task = OddTask(count: count)
        let spy = try await run(task, size: size).run().spy
        let history = spy.saved.last!.history
        #expect(history.records.allSatisfy { $0.place < 12 })
        #expect(spy.values("problem_pool/asked").last == Double(history.records.count))
        // Unseen problems come first: 12 of them in the first 3 generations of 4, at most a few
        // later.
        #expect(spy.values("problem_pool/asked")[3]! >= 8)
        let first = spy.generations[0].rollouts
        let right = first.count { task.verify($0.text, $0.problem) == .right }
        #expect(spy.values("solve_rate")[0] == Double(right) / Double(first.count))
        if count != nil {
            let ids = Set(spy.generations.flatMap(\.rollouts).map { Int($0.problem.id)! })
            #expect(ids == Set(history.records.map(\.place)))
            let asked = Dictionary(grouping: spy.generations.dropFirst(4).flatMap(\.rollouts)) {
                task.isHopeful($0.problem)
            }.mapValues(\.count)
            #expect(asked[true]! > asked[false] ?? 0)
        }
    }

    /// The same place is the same problem, whenever it is asked, also of endless tasks.
    @Test func problemsOfAPoolComeBack() async throws {
        let run = run(OddTask(), size: 4, steps: 3)
        let stage = try run.stage()
        let problems = try (1...3).map { try stage.problems(at: $0).map(\.id).sorted() }
        #expect(problems[0] == problems[1] && problems[1] == problems[2])
    }

    /// From every step on, bit for bit, also between replacements and within generations.
    @Test func resumedEqualsUninterrupted() async throws {
        var run = run(OddTask(count: 30), size: 20, steps: 8)
        run.settings.dynamicSampling = DynamicSampling(maxRounds: 4)
        run.settings.stepsPerGeneration = 2
        run.rewards = RewardSet([RewardTerm(AccuracyReward())])
        run.curriculum = [
            CurriculumLevel(task: OddTask(hopeless: 1), until: 2),
            CurriculumLevel(task: OddTask(hopeless: 2), solveRate: 0.05, window: 1),
            CurriculumLevel(task: OddTask(count: 30)),
        ]
        let whole = try await run.run().spy
        #expect(whole.values("curriculum/level").compactMap { $0 } == [1, 2, 3, 3])
        for snapshot in whole.saved.dropLast() {
            let rest = try await run.run(from: snapshot).spy
            #expect(rest.saved == Array(whole.saved[snapshot.step...]))
            #expect(rest.metrics == Array(whole.metrics[snapshot.step...]))
        }
    }
}

import GRPOObjectives
import GRPORewards
import GRPOTasks
import GRPOTraining
import Testing

/// DAPO's dynamic sampling: groups without variance are replaced, bounded.
struct DynamicSamplingTests {
    private func run(
        _ task: OddTask, rounds: Int?, steps: Int = 4,
        _ change: (inout GRPOSettings) -> Void = { _ in }
    ) -> StageRun {
        var run = StageRun(steps: steps) {
            $0.promptsPerStep = 6
            $0.numGenerations = 6
            $0.dynamicSampling = rounds.map { DynamicSampling(maxRounds: $0) }
            change(&$0)
        }
        run.task = task
        run.rewards = RewardSet([RewardTerm(AccuracyReward())])
        return run
    }

    private func groups(_ rollouts: [Rollout], size: Int = 6) -> [[Rollout]] {
        stride(from: 0, to: rollouts.count, by: size).map { Array(rollouts[$0..<$0 + size]) }
    }

    private func hasVariance(_ group: [Rollout]) -> Bool {
        !AdvantageEstimator.isUniform(group.map(\.reward))
    }

    @Test(arguments: [nil, 60])
    func everyGroupHasVariance(count: Int?) async throws {
        let task = OddTask(count: count)
        let spy = try await run(task, rounds: 50).run().spy
        #expect(spy.generations.count == 4)
        for generation in spy.generations {
            let groups = groups(generation.rollouts)
            #expect(groups.count == 6)
            #expect(groups.allSatisfy(hasVariance))
            #expect(groups.allSatisfy { task.isHopeful($0[0].problem) })
            #expect(groups.allSatisfy { Set($0.map(\.group)).count == 1 })
            #expect(Set(groups.map { $0[0].group }).count == 6)
            #expect(generation.rollouts.allSatisfy { $0.hasSignal })
        }
        #expect(spy.values("frac_reward_zero_std").allSatisfy { $0 == 0 })
        #expect(spy.values("dynamic_sampling/unreplaced").allSatisfy { $0 == 0 })
        #expect(spy.values("dynamic_sampling/replaced").contains { $0! > 0 })
    }

    /// Groups that had variance at once are those of a stage without dynamic sampling, bit for bit;
    /// what replaces the others has draw slots of its own.
    @Test func otherGroupsDoNotNotice() async throws {
        let task = OddTask()
        let plain = try await run(task, rounds: nil, steps: 1).run().spy.generations[0].rollouts
        let replaced = try await run(task, rounds: 50, steps: 1).run().spy.generations[0].rollouts
        for (before, after) in zip(groups(plain), groups(replaced)) {
            if hasVariance(before) {
                #expect(before.map(\.tokenIDs) == after.map(\.tokenIDs))
                #expect(before.map(\.logProbabilities) == after.map(\.logProbabilities))
                #expect(before[0].group == after[0].group)
            } else {
                #expect(after[0].group >= 6)
            }
        }
        #expect(groups(plain).contains { !hasVariance($0) })
        #expect(groups(plain).contains(where: hasVariance))
    }

    /// Where nothing has variance the rounds end, and the groups stay as they were drawn.
    @Test func roundsAreBounded() async throws {
        let task = OddTask(hopeless: 6)
        let plain = try await run(task, rounds: nil, steps: 2).run().spy
        let spy = try await run(task, rounds: 3, steps: 2).run().spy
        #expect(spy.values("dynamic_sampling/rounds") == [3, 3])
        #expect(spy.values("dynamic_sampling/replaced") == [0, 0])
        #expect(spy.values("dynamic_sampling/unreplaced") == [6, 6])
        #expect(spy.values("dynamic_sampling/completions") == [144, 144])
        #expect(spy.generations.map(\.rollouts) == plain.generations.map(\.rollouts))
    }

    /// No group without variance, no round.
    @Test func nothingIsReplacedWithoutNeed() async throws {
        var run = run(OddTask(), rounds: 5, steps: 2)
        run.rewards = RewardSet([RewardTerm(RandomReward())])
        let spy = try await run.run().spy
        #expect(spy.values("dynamic_sampling/rounds") == [0, 0])
        #expect(spy.values("dynamic_sampling/completions") == [36, 36])
    }

    @Test func theNumbersStandInTheStepThatSampled() async throws {
        let spy = try await run(OddTask(), rounds: 5) { $0.stepsPerGeneration = 2 }.run().spy
        #expect(
            spy.values("dynamic_sampling/rounds").map { $0 != nil } == [true, false, true, false])
    }

    /// Interrupted in the second round, what was sampled is forgotten and sampled again.
    @Test func interruptionBetweenRounds() async throws {
        let run = run(OddTask(), rounds: 50)
        let whole = try await run.run().spy
        let spy = StageSpy()
        // The first round asks for all 36 completions, the later ones for fewer.
        spy.interrupts = { $0?.phase == "sampling" && $0?.step == 2 && $0!.total < 36 }
        let (_, outcome, _) = try await run.run(telling: spy)
        #expect(outcome == .interrupted(step: 1))
        #expect(spy.saved.last == whole.saved[0])
        let rest = try await run.run(from: spy.saved.last).spy
        #expect(rest.saved.last == whole.saved.last)
        #expect(rest.metrics == Array(whole.metrics[1...]))
    }

    @Test func settingsAreChecked() {
        var settings = GRPOSettings()
        settings.dynamicSampling = DynamicSampling(maxRounds: 0)
        settings.problemPool = ProblemPoolSettings(size: 0, explore: -1, decay: 2)
        #expect(
            settings.problems().map(\.key) == [
                "dynamic_sampling.max_rounds", "problem_pool.size", "problem_pool.explore",
                "problem_pool.decay",
            ])
    }
}

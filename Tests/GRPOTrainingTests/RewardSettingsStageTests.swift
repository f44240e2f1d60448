import GRPOObjectives
import GRPORewards
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

/// What weights, gates and aggregation make of the rewards of a stage.
struct RewardSettingsStageTests {
    /// GDPO: each reward compared by itself, the gate closed by a 0, weights as they are.
    @Test func rewardsAreNormalisedOneByOne() async throws {
        var run = StageRun(steps: 3) {
            $0.numGenerations = 8
            $0.objective.multiObjectiveAggregation = .normalizeThenSum
        }
        run.rewards = RewardSet([
            RewardTerm(AccuracyReward()),
            RewardTerm(RandomReward(probability: 0.6), weight: 0.5, when: "accuracy"),
        ])
        let (spy, _, _) = try await run.run()
        for (generation, uniform) in zip(spy.generations, spy.values("frac_reward_zero_std")) {
            let groups = stride(from: 0, to: generation.rollouts.count, by: 8).map {
                Array(generation.rollouts[$0..<$0 + 8])
            }
            let components = groups.map { group in
                group.map { rollout -> [Double?]? in
                    let accuracy = rollout.rewards["accuracy"]!!
                    return [accuracy, accuracy > 0 ? rollout.rewards["random"]!! : 0]
                }
            }
            let expected = AdvantageEstimator().advantages(
                ofComponents: components, weights: [1, 0.5])
            #expect(groups.map { $0.map(\.advantage) } == expected)
            for (group, component) in zip(groups, components) {
                let differs = Set(component.map { $0! }).count > 1
                #expect(group.allSatisfy { $0.hasSignal == differs })
                for (rollout, row) in zip(group, component) {
                    #expect(rollout.reward == row![0]! + 0.5 * row![1]!)
                }
            }
            let still = groups.count { !$0[0].hasSignal }
            #expect(uniform == Double(still) / Double(groups.count))
        }
        #expect(spy.generations.contains { $0.rollouts.contains { $0.advantage != 0 } })
    }

    /// Of one reward and one group, both ways differ by a second division alone.
    @Test func ofASingleRewardTheOrderHardlyMatters() async throws {
        func advantages(_ aggregation: MultiObjectiveAggregation) async throws -> [Double] {
            var run = StageRun(steps: 1) {
                $0.promptsPerStep = 1
                $0.numGenerations = 16
                $0.objective.multiObjectiveAggregation = aggregation
                $0.objective.advantageEpsilon = 0
            }
            run.rewards = RewardSet([RewardTerm(RandomReward())])
            return try await run.run().spy.generations[0].rollouts.map(\.advantage)
        }
        let summed = try await advantages(.sumThenNormalize)
        #expect(summed.contains { $0 != 0 })
        #expect(Distance.largest(try await advantages(.normalizeThenSum), summed) < 1e-12)
    }

    @Test(arguments: TestBackend.cpu)
    func resumedEqualsUninterrupted(kind: TestBackend) async throws {
        var run = StageRun(kind: kind, steps: 6) {
            $0.stepsPerGeneration = 2
            $0.objective.multiObjectiveAggregation = .normalizeThenSum
        }
        run.rewards = RewardSet([
            RewardTerm(AccuracyReward()),
            RewardTerm(RandomReward(), weight: .schedule(steps: [1, 6], values: [0, 1])),
        ])
        let whole = try await run.run().spy
        for snapshot in whole.saved.dropLast() {
            let rest = try await run.run(from: snapshot).spy
            #expect(rest.saved == Array(whole.saved[snapshot.step...]))
        }
    }

    /// The weight is that of the last step that a generation serves, and is told.
    @Test func aWeightFollowsItsSchedule() async throws {
        var run = StageRun(steps: 6) { $0.stepsPerGeneration = 2 }
        run.rewards = RewardSet([
            RewardTerm(AccuracyReward()),
            RewardTerm(RandomReward(), weight: .schedule(steps: [2, 6], values: [0, 1])),
        ])
        let (spy, _, _) = try await run.run()
        #expect(
            spy.values("rewards/random/weight").map { $0! } == [0, 0, 0.5, 0.5, 1, 1])
        #expect(spy.values("rewards/accuracy/weight").allSatisfy { $0 == nil })
        for (generation, weight) in zip(spy.generations, [0, 0.5, 1]) {
            for rollout in generation.rollouts {
                let rewards = rollout.rewards
                #expect(rollout.reward == rewards["accuracy"]!! + weight * rewards["random"]!!)
            }
        }
    }

    /// What a reward is told of the limit is the stage's, also where that changes.
    @Test func rewardsKnowTheLimitOfACompletion() async throws {
        var run = StageRun(steps: 4) {
            $0.maxCompletionLength = 2
            $0.maxCompletionLengthSchedule = [
                CompletionLengthChange(step: 3, maxCompletionLength: 5)
            ]
        }
        run.rewards = RewardSet([
            RewardTerm(SoftOverlongPunishmentReward(maxCompletionLen: nil, softPunishCache: 1)),
            RewardTerm(RandomReward()),
        ])
        let (spy, _, _) = try await run.run()
        for (generation, limit) in zip(spy.generations, [2, 2, 5, 5]) {
            for rollout in generation.rollouts {
                let found = rollout.rewards["soft_overlong_punishment"]!!
                #expect(found == (rollout.tokenIDs.count == limit ? -1 : 0))
            }
        }
    }
}

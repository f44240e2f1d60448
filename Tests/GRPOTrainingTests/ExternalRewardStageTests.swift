import Foundation
import GRPORewards
import GRPOTasks
import GRPOTraining
import Testing

/// Steps of a stage whose reward asks somebody who may fail.
struct ExternalRewardStageTests {
    /// Fails in every way for a share of the completions, by the group's seed; pays for length
    /// elsewhere.
    struct Unreliable: ExternalReward {
        static let name = "unreliable"
        static let summary = "Fails for a share of the completions."
        var maxFailureRate = 1.0
        var share = 0.4
        var restarts: Int? { 3 }

        init() {}

        func scores(for group: RewardGroup) async throws -> [Score] {
            var random = SplitMix64(seed: group.seed)
            return group.completions.map { completion in
                guard Double(random.next() % 1000) < 1000 * share else {
                    return .value(Double(completion.tokenCount))
                }
                let failures = RewardFailure.allCases
                return .failed(
                    failures[Int(random.next() % UInt64(failures.count))], reason: "told to")
            }
        }

        private enum CodingKeys: String, CodingKey {
            case maxFailureRate, share
        }
    }

    private func run(_ reward: Unreliable, steps: Int = 30) -> StageRun {
        var run = StageRun(steps: steps)
        run.rewards = RewardSet([
            RewardTerm(AccuracyReward()), RewardTerm(reward, weight: 0.1, name: "far"),
        ])
        return run
    }

    /// What failed is in no mean and has no advantage, and every way to fail has its rate.
    @Test func failuresAreVisibleAndCorruptNothing() async throws {
        let (spy, outcome, _) = try await run(Unreliable()).run()
        #expect(outcome == .finished)
        #expect(spy.generations.count == 30)
        for (generation, metrics) in zip(spy.generations, spy.metrics) {
            let rollouts = generation.rollouts
            let scored = rollouts.compactMap { $0.rewards["far"] ?? nil }
            #expect(metrics["rewards/far/mean"] == scored.reduce(0, +) / Double(scored.count))
            var total = 0.0
            for failure in RewardFailure.allCases {
                let count = rollouts.count { $0.failures?["far"] == failure }
                let rate = try #require(metrics["rewards/far/\(failure.rawValue)"])
                #expect(rate == Double(count) / Double(rollouts.count))
                total += rate
            }
            #expect(abs(total - 1 + Double(scored.count) / Double(rollouts.count)) < 1e-12)
            #expect(metrics["rewards/far/ungradable"] == nil)
            #expect(metrics["rewards/far/restarts"] == 3)
            #expect(metrics["rewards/accuracy/timeout"] == nil, "only who is asked can fail")
            for rollout in rollouts where rollout.failures != nil {
                #expect(rollout.reward == nil)
                #expect(rollout.advantage == 0)
                #expect(rollout.ungradableReason?.hasPrefix("far: ") == true)
            }
            #expect(metrics.values.allSatisfy { $0.isFinite })
        }
        let rates = spy.metrics.map { $0["rewards/far/timeout"] ?? 0 }
        #expect(rates.reduce(0, +) > 0)
        let last = try #require(spy.saved.last)
        #expect(last.weights.allSatisfy { $0.isFinite })
    }

    /// A reward that answers equal questions equally makes a resumed run the same run, failures and
    /// all: of saved rollouts the failures are saved.
    @Test func aResumedRunCountsTheSameFailures() async throws {
        var run = run(Unreliable(), steps: 6)
        run.settings.stepsPerGeneration = 3
        let whole = try await run.run().spy
        let middle = try #require(whole.saved.first { $0.step == 2 })
        #expect(middle.rollouts.contains { $0.failures != nil })
        var read = middle
        read.rollouts = try JSONDecoder().decode(
            [Rollout].self, from: JSONEncoder().encode(middle.rollouts))
        #expect(read.rollouts == middle.rollouts)
        let rest = try await run.run(from: read).spy
        #expect(rest.metrics == Array(whole.metrics.suffix(4)))
        #expect(rest.saved.last == whole.saved.last)
    }

    @Test func moreFailuresThanAllowedEndTheStage() async throws {
        var reward = Unreliable()
        reward.share = 1
        reward.maxFailureRate = 0.5
        let spy = StageSpy()
        do {
            _ = try await run(reward).run(telling: spy)
            Issue.record("the stage went on")
        } catch RewardError.failing("far", let failures, 0.5) {
            #expect(failures.completions == 12)
            #expect(failures.total == 8, "found out in the second of three groups")
        }
        #expect(spy.records.isEmpty)
    }

    /// Ctrl-C while somebody takes long to answer.
    @Test func aStageIsInterruptedBetweenTwoGroups() async throws {
        let run = run(Unreliable(), steps: 3)
        let spy = StageSpy()
        spy.interrupts = { $0?.step == 2 && $0?.phase == "scoring" && $0?.done == 1 }
        let (_, outcome, _) = try await run.run(telling: spy)
        #expect(outcome == .interrupted(step: 1))
        let saved = try #require(spy.saved.last)
        #expect(saved.step == 1)
        #expect(saved.rollouts.isEmpty)
        let whole = try await run.run().spy
        let rest = try await run.run(from: saved).spy
        #expect(rest.metrics == Array(whole.metrics.suffix(2)))
    }
}

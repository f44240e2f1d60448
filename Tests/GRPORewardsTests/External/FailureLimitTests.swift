import GRPORewards
import GRPOTasks
import Testing

/// When failures of external rewards end a run.
@Suite struct FailureLimitTests {
    /// Fails as it is told, as if somebody else had been asked.
    struct Failing: ExternalReward {
        static let name = "failing"
        static let summary = "Fails."
        var maxFailureRate = 0.5
        var failures: [RewardFailure?] = []

        init() {}

        init(_ failures: [RewardFailure?], limit: Double = 0.5) {
            self.failures = failures
            maxFailureRate = limit
        }

        func scores(for group: RewardGroup) async throws -> [Score] {
            failures.map { $0.map { .failed($0, reason: "told to") } ?? .value(1) }
        }
    }

    @Test func moreFailuresThanTheShareEndTheRunAtOnce() async throws {
        let set = RewardSet([RewardTerm(Failing([.timeout, nil, .crash]), name: "far")])
        let rewards = try await set.rewards(for: group(["a", "b", "c"]))
        var limit = FailureLimit(set, completions: 10)
        try limit.count(rewards)
        try limit.count(rewards)
        let error = try #require(throws: RewardError.self) { try limit.count(rewards) }
        guard case .failing("far", let failures, 0.5) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(failures.total == 6)
        #expect(failures.list == "3 timeout, 3 crash")
        #expect(
            "\(error)" == """
                reward 'far' could not score 6 of 10 completions of one sampling (3 timeout, 3 \
                crash), more than the share of 0.5 that max_failure_rate allows; the last time: \
                told to. What was saved is sound: mend the reward and go on with --resume, or \
                raise max_failure_rate (1: never stop)
                """)
    }

    @Test(arguments: [(0.0, 1), (0.25, 2), (1.0, nil)] as [(Double, Int?)])
    func theShareIsTheRecipes(rate: Double, end: Int?) async throws {
        let set = RewardSet([RewardTerm(Failing([.malformed], limit: rate))])
        let rewards = try await set.rewards(for: group(["a"]))
        var limit = FailureLimit(set, completions: 4)
        var ended: Int?
        for group in 1...4 where ended == nil {
            do { try limit.count(rewards) } catch { ended = group }
        }
        #expect(ended == end)
    }

    /// A failure is not a 0, and it gates nothing.
    @Test func aFailureMakesTheTotalUngradable() async throws {
        let set = RewardSet([
            RewardTerm(Failing([.nonFinite, nil])), RewardTerm(Fixed<First>([1, 1])),
        ])
        let rewards = try await set.rewards(for: group(["a", "b"]))
        #expect(
            rewards.totals == [.ungradable(reason: "failing: non_finite: told to"), .value(2)])
        #expect(rewards["failing"]?.values == [1])
        #expect(rewards["failing"]?.ungradableCount == 0)
        let gated = RewardSet([
            RewardTerm(Fixed<First>([1, 1]), when: "failing"),
            RewardTerm(Failing([.crash, nil]), weight: 0),
        ])
        #expect(
            try await gated.rewards(for: group(["a", "b"])).totals
                == [.ungradable(reason: "failing: crash: told to"), .value(1)])
    }

    @Test func oneFunctionStandsTwiceUnderTwoNames() async throws {
        let set = RewardSet([
            RewardTerm(Failing([nil]), weight: 2, name: "style"),
            RewardTerm(Failing([nil]), weight: 3, when: "style"),
        ])
        #expect(set.problems().isEmpty)
        let rewards = try await set.rewards(for: group(["a"]))
        #expect(rewards.totals == [.value(5)])
        #expect(rewards.components.map(\.name) == ["style", "failing"])

        let wrong = RewardSet([
            RewardTerm(Failing([nil]), when: "stile", name: "a/b"),
            RewardTerm(RandomReward(probability: 2), name: "same"),
            RewardTerm(Failing([nil]), name: "same"),
        ])
        #expect(
            wrong.problems().map(\.key) == [
                "0.failing.name", "0.failing.when", "random.probability", "2.failing",
            ])
    }
}

import Foundation
import GRPORewards
import GRPOTasks
import Testing

/// Problems that no rule can judge, among those that one can.
@Suite struct ScenarioTests {
    private func group(_ scenario: Scenario, _ text: String) -> RewardGroup {
        RewardGroup(
            problem: Problem(
                id: "hello", prompt: "Say hello.", answer: "125", scenario: scenario),
            completions: [Completion(text: text, tokenCount: 5, finishReason: .stop)],
            step: 1, source: Sums(), seed: 0)
    }

    private let wellFormed = "<think>a</think><answer>125</answer>"

    @Test func accuracySaysNothingOfGeneralProblems() async throws {
        let general = try await AccuracyReward().scores(for: group(.general, wellFormed))
        #expect(general == [.notApplicable])
        let reasoning = try await AccuracyReward().scores(for: group(.reasoning, wellFormed))
        #expect(reasoning == [.value(1)])
    }

    @Test func whatDoesNotApplyIsNeitherZeroNorUngradable() async throws {
        let set = RewardSet([RewardTerm(AccuracyReward()), RewardTerm(FormatReward(), weight: 0.5)])
        let rewards = try await set.rewards(for: group(.general, wellFormed))
        #expect(rewards.totals == [.value(0.5)])
        #expect(rewards["accuracy"]?.values == [])
        #expect(rewards["accuracy"]?.ungradableCount == 0)
    }

    @Test func aGateThatDoesNotApplyIsOpen() async throws {
        let set = RewardSet([
            RewardTerm(AccuracyReward()), RewardTerm(FormatReward(), when: "accuracy"),
        ])
        #expect(try await set.rewards(for: group(.general, wellFormed)).totals == [.value(1)])
        let wrong = wellFormed.replacing("125", with: "1")
        #expect(try await set.rewards(for: group(.reasoning, wrong)).totals == [.value(0)])
    }

    @Test func aProblemWithoutAnyRewardHasNoTotal() async throws {
        let rewards = try await RewardSet([RewardTerm(AccuracyReward())])
            .rewards(for: group(.general, wellFormed))
        #expect(rewards.totals == [.ungradable(reason: "no reward applies to the problem")])
        let logged = try await RewardSet([RewardTerm(AccuracyReward(), weight: 0)])
            .rewards(for: group(.reasoning, wellFormed))
        #expect(logged.totals == [.value(0)])
    }

    @Test func aSavedProblemKeepsItsScenario() throws {
        for scenario in Scenario.allCases {
            let problem = Problem(id: "a", prompt: "b", answer: "c", scenario: scenario)
            let saved = try JSONEncoder().encode(problem)
            #expect(try JSONDecoder().decode(Problem.self, from: saved) == problem)
        }
        let old = #"{"id": "a", "prompt": "b", "answer": "c", "columns": {}}"#
        #expect(
            try JSONDecoder().decode(Problem.self, from: Data(old.utf8)).scenario == .reasoning)
    }
}

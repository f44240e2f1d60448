import Foundation
import GRPORewards
import GRPOTasks
import GRPOTraining
import Testing

/// Scores by the number of characters of the whole text; nothing above nine fits.
private struct WholeScorer: CompletionScorer {
    func scores(_ completions: [Completion], of problem: Problem) -> [Double?] {
        completions.map { $0.text.count > 9 ? nil : Double($0.text.count - 5) }
    }
}

struct SafetyRewardTests {
    static func group(_ texts: [String], scenario: Scenario = .general) -> RewardGroup {
        RewardGroup(
            problem: Problem(id: "1", prompt: "a=", answer: "", scenario: scenario),
            completions: texts.map { Completion(text: $0, tokenCount: 1, finishReason: .stop) },
            step: 1, source: LetterTask(), seed: 1)
    }

    private var reward: SafetyReward { SafetyReward().bound(to: WholeScorer()) }

    @Test func theScoreIsAProbability() async throws {
        let found = try await reward.scores(for: Self.group(["12345", "123456789", ""]))
        #expect(found[0] == .value(0.5))
        #expect(abs(found[1].value! - 1 / (1 + exp(-4))) < 1e-15)
        #expect(abs(found[2].value! - 1 / (1 + exp(5))) < 1e-15)
    }

    @Test func whatDoesNotFitIsUngradable() async throws {
        let found = try await reward.scores(for: Self.group(["1234567890"]))
        #expect(found[0].value == nil && found[0] != .notApplicable)
    }

    @Test func itSpeaksAboutAllProblemsOrItsScenario() async throws {
        var reward = reward
        for scenario in Scenario.allCases {
            #expect(reward.judges(scenario, step: 1, maxSteps: 1))
            let found = try await reward.scores(for: Self.group(["12345"], scenario: scenario))
            #expect(found == [.value(0.5)])
        }
        reward.scenario = .general
        #expect(!reward.judges(.reasoning, step: 1, maxSteps: 1))
        #expect(
            try await reward.scores(for: Self.group(["12345"], scenario: .reasoning))
                == [.notApplicable])
    }

    @Test func withoutAModelItSaysSo() async {
        await #expect {
            try await SafetyReward().scores(for: Self.group(["a"]))
        } throws: { "\($0)".contains("reward safety") }
    }

    @Test func optionsSurviveCoding() throws {
        var reward = SafetyReward()
        reward.from = "harm"
        let data = try JSONCoding.encode(reward)
        #expect(String(decoding: data, as: UTF8.self).contains("\"scenario\":null"))
        let again = try JSONCoding.decode(SafetyReward.self, data)
        #expect((again.from, again.scenario) == ("harm", nil))
    }
}

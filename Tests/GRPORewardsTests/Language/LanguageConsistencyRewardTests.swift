import Foundation
import GRPORewards
import GRPOTasks
import Testing

@Suite struct LanguageConsistencyRewardTests {
    private func group(_ text: String, language: String? = nil, scenario: Scenario = .reasoning)
        -> RewardGroup
    {
        RewardGroup(
            problem: Problem(
                id: "57+68", prompt: "Was ist 57+68?", answer: "125",
                columns: language.map { ["language": $0] } ?? [:], scenario: scenario),
            completions: [Completion(text: text, tokenCount: 9, finishReason: .stop)],
            step: 1, source: Sums(), seed: 0)
    }

    private func score(
        _ reward: LanguageConsistencyReward, _ text: String, language: String? = nil,
        scenario: Scenario = .reasoning
    ) async throws -> Score {
        try await reward.scores(for: group(text, language: language, scenario: scenario))[0]
    }

    private let german = "<think>7 und 8 ist 15</think><answer>hello</answer>"

    @Test func theLanguageIsTheOptionsElseTheProblemsElseEnglish() async throws {
        let plain = LanguageConsistencyReward()
        #expect(try await score(plain, german) == .value(0))
        #expect(try await score(plain, german, language: "de") == .value(1))
        #expect(try await score(plain, german, language: "de", scenario: .general) == .value(1))
        let fixed = LanguageConsistencyReward(language: "de")
        #expect(try await score(fixed, german, language: "en") == .value(1))
    }

    /// An unknown language is nobody's fault but the data's: counted and shown, never 0.
    @Test func anUnknownLanguageIsUngradable() async throws {
        guard case .ungradable(let reason) = try await score(.init(), german, language: "tlh")
        else {
            Issue.record("graded")
            return
        }
        #expect(reason.contains("'tlh'") && reason.contains("'57+68'"))
        #expect(LanguageConsistencyReward(language: "tlh").problems().map(\.key) == ["language"])
        #expect(LanguageConsistencyReward(language: "zh").problems().isEmpty)
    }

    /// A text with the rewards of its thought, of all of it, and of its thought where the prompt
    /// has opened it.
    struct Place: Sendable {
        let text: String
        let thought: Double
        let completion: Double
        let opened: Double

        init(_ text: String, _ thought: Double, _ completion: Double, _ opened: Double) {
            self.text = text
            self.thought = thought
            self.completion = completion
            self.opened = opened
        }

        static let all = [
            Place("<think>und und</think><answer>and</answer>", 0, 1 / 3, 0),
            Place("<think>and und</think> und", 0.5, 1 / 3, 0.5),
            Place("and und</think> und <answer>and</answer>", 0.5, 0.5, 0.5),
            Place("<think>and und", 0.5, 0.5, 0.5),
            Place("und <think>and", 1, 0.5, 1),
            Place("<think>and</think> und <think>und</think>", 1 / 3, 1 / 3, 1 / 3),
            Place("and und", 0, 0.5, 0.5),
            Place("<answer>and</answer>", 0, 1, 1),
        ]
    }

    @Test(arguments: Place.all)
    func theThoughtEndsWithItsLastTag(place: Place) {
        let thought = LanguageConsistencyReward()
        let completion = LanguageConsistencyReward(part: .completion)
        let opened = LanguageConsistencyReward(promptOpensThought: true)
        #expect(thought.share(of: place.text, in: "en") == place.thought)
        #expect(completion.share(of: place.text, in: "en") == place.completion)
        #expect(opened.share(of: place.text, in: "en") == place.opened)
    }

    /// FAILURES 3, row 6: whoever stops thinking is not consistent.
    @Test(arguments: [
        "", "<think></think><answer>125</answer>", "<think> </think>and<answer>125</answer>",
        "<think>57+68</think><answer>125</answer>", "</think>and", "<think>",
    ])
    func anEmptyThoughtEarnsNothing(text: String) async throws {
        #expect(try await score(.init(), text) == .value(0))
        #expect(try await score(.init(promptOpensThought: true), text) == .value(0))
    }

    @Test func itsOptionsAreItsKeys() throws {
        let text = #"{"language": "de", "where": "completion", "prompt_opens_thought": true}"#
        let reward = try JSONDecoder().decode(
            LanguageConsistencyReward.self, from: Data(text.utf8))
        #expect(
            reward
                == LanguageConsistencyReward(
                    language: "de", part: .completion, promptOpensThought: true))
        let saved = try JSONEncoder().encode(reward)
        #expect(try JSONDecoder().decode(LanguageConsistencyReward.self, from: saved) == reward)
        let defaults = try JSONDecoder().decode(
            LanguageConsistencyReward.self, from: Data("{}".utf8))
        #expect(defaults == LanguageConsistencyReward())
        let keys = try JSONEncoder().encode(LanguageConsistencyReward())
        #expect(String(decoding: keys, as: UTF8.self).contains(#""language":null"#))
    }
}

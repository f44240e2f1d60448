import GRPORewards
import GRPOTasks
import Testing

@Suite struct BriefAndPoliteRewardTests {
    private func scores(_ texts: [String], _ problem: Problem, characters: Int = 40) async throws
        -> [Score]
    {
        try await BriefAndPoliteReward(characters: characters).scores(
            for: RewardGroup(
                problem: problem,
                completions: texts.map {
                    Completion(text: $0, tokenCount: $0.count, finishReason: .stop)
                },
                step: 1, source: LittleWorld(), seed: 0))
    }

    @Test func repliesAreJudgedByTheRule() async throws {
        let request = EverydayRequest.all(in: .english)[0]
        let texts =
            EverydayReply.Style.allCases.map {
                EverydayReply.completion(EverydayReply.text($0, to: request), to: request)
            } + ["Hello, dear Anna.", ""]
        let found = try await scores(texts, request.problem)
        #expect(found == [1, 0.5, 0.5, 0, 0, 0].map(Score.value))
        let strict = try await scores([texts[0]], request.problem, characters: 5)
        #expect(strict == [.value(0.5)])
    }

    @Test func ofSumsItSaysNothing() async throws {
        let problem = LittleWorld.problem(57, 68, in: .german)
        let found = try await scores(["<answer>125</answer>"], problem)
        #expect(found == [.notApplicable])
        #expect(BriefAndPoliteReward().judges(.general, step: 1, maxSteps: 1))
        #expect(!BriefAndPoliteReward().judges(.reasoning, step: 1, maxSteps: 1))
    }

    @Test func badOptionsAreNamed() {
        #expect(BriefAndPoliteReward(characters: 0).problems().map(\.key) == ["characters"])
        #expect(BriefAndPoliteReward().problems().isEmpty)
    }
}

import GRPOModels
import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import GRPOTraining
import Testing

/// Scores by what is judged: its length, less 5.
private struct LengthScorer: CompletionScorer {
    func scores(_ completions: [Completion], of problem: Problem) -> [Double?] {
        completions.map { JudgedText.answer.text(of: $0.text).map { Double($0.count - 5) } }
    }
}

struct RewardModelRewardTests {
    private func group(
        _ texts: [String], scenario: Scenario = .general, step: Int = 1, maxSteps: Int? = nil
    ) -> RewardGroup {
        RewardGroup(
            problem: Problem(id: "1", prompt: "a=", answer: "", scenario: scenario),
            completions: texts.map { Completion(text: $0, tokenCount: 1, finishReason: .stop) },
            step: step, maxSteps: maxSteps, source: LetterTask(), seed: 1)
    }

    private var reward: RewardModelReward { RewardModelReward().bound(to: LengthScorer()) }

    /// Of several answers the last counts, and what was thought before does not.
    @Test func theFinalAnswerIsJudged() async throws {
        let found = try await reward.scores(
            for: group([
                "<think>a long thought</think><answer>abc</answer>", "<answer>abcdefg</answer>",
                "<answer>a</answer><answer>ab</answer>",
            ]))
        #expect(found == [.value(-2), .value(2), .value(-3)])
    }

    /// To leave the answer out, or to leave it empty, never pays: not where all others are bad
    /// either.
    @Test func noAnswerScoresBelowEveryAnswerOfItsGroup() async throws {
        let found = try await reward.scores(
            for: group([
                "<answer>a</answer>", "nothing", "<answer>abc</answer>", "<answer> </answer>",
                "<think><answer>abcdefgh</answer>",
            ]))
        #expect(found == [.value(-4), .value(-6), .value(-2), .value(-6), .value(-6)])
        let alone = try await reward.scores(for: group(["nothing", "<answer>a</answer>"]))
        #expect(alone == [.value(-5), .value(-4)])
        #expect(
            try await reward.scores(for: group(["nothing", "<answer></answer>"]))
                == [.notApplicable, .notApplicable])
    }

    @Test(arguments: [(1.0, 1...100), (0.24, 77...100), (0.001, 100...100)])
    func itCountsInTheLastShareOfTheSteps(last: Double, steps: ClosedRange<Int>) async throws {
        var reward = reward
        reward.last = last
        for step in 1...100 {
            let found = try await reward.scores(
                for: group(["<answer>a</answer>"], step: step, maxSteps: 100))
            #expect(found == [steps.contains(step) ? .value(-4) : .notApplicable])
        }
        // R1: the last 400 of 1,700 steps.
        reward.last = 400.0 / 1700
        #expect(!reward.judges(.general, step: 1300, maxSteps: 1700))
        #expect(reward.judges(.general, step: 1301, maxSteps: 1700))
        #expect(
            try await reward.scores(for: group(["<answer>a</answer>"], maxSteps: nil))
                == [.value(-4)])
    }

    @Test func itSpeaksAboutItsScenarioAlone() async throws {
        var reward = reward
        let text = ["<answer>a</answer>"]
        #expect(
            try await reward.scores(for: group(text, scenario: .reasoning)) == [.notApplicable])
        reward.scenario = nil
        for scenario in Scenario.allCases {
            #expect(
                try await reward.scores(for: group(text, scenario: scenario)) == [.value(-4)])
        }
        reward.scenario = .reasoning
        #expect(try await reward.scores(for: group(text)) == [.notApplicable])
    }

    @Test func withoutAModelItSaysSo() async throws {
        await #expect {
            try await RewardModelReward().scores(for: group(["<answer>a</answer>"]))
        } throws: { error in
            guard case TrainingError.rewardModelMissing = error else { return false }
            return "\(error)".contains("from")
        }
    }

    @Test func optionsSurviveCoding() throws {
        var reward = RewardModelReward()
        reward.from = "taste"
        reward.last = 0.24
        reward.scenario = nil
        let data = try JSONCoding.encode(reward)
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.contains("\"scenario\":null"))
        let again = try JSONCoding.decode(RewardModelReward.self, data)
        #expect((again.from, again.last, again.scenario) == ("taste", 0.24, nil))
        let bare = try JSONCoding.decode(
            RewardModelReward.self, try JSONCoding.encode(["from": "taste"]))
        #expect((bare.last, bare.scenario) == (1, .general))
        #expect(RewardModelReward().problems().isEmpty)
        for last in [0, 1.5, .nan] {
            reward.last = last
            #expect(reward.problems().map(\.key) == ["last"])
        }
    }

    /// A trained model: what it scores in a group is what it scores alone, bit for bit, and is the
    /// score at the ending behind the prompt and the answer.
    @Test(arguments: TestBackend.exact)
    func aModelScoresThePromptWithTheAnswer(kind: TestBackend) throws {
        let tokenizer = CharacterTokenizer(alphabet: "abcdef=<>/nswr")
        let policy = Policy(
            decoder: TinyDecoder.make(
                TinyDecoder.configuration(vocabulary: 15, positions: 16), on: kind.make()),
            tokenizer: tokenizer)
        let model = Policy(
            decoder: policy.decoder.scorer(random: RandomStream(seed: 1, name: "score")),
            tokenizer: tokenizer)
        let scorer = RewardModelScorer(model, prompt: .plain, judges: .answer)
        let group = group([
            "<answer>abc</answer>", "none", "<answer>fed</answer>",
            "<answer>abcdefabcdefabcdef</answer>",
        ])
        let found = try scorer.scores(group.completions, of: group.problem)
        #expect(found.map { $0 == nil } == [false, true, false, true])
        for (completion, score) in zip(group.completions, found) where score != nil {
            #expect(try scorer.scores([completion], of: group.problem) == [score])
        }
        var packed = PackedSequences()
        let prompt = packed.addPrompt(try tokenizer.encode("a=", allowSpecial: false))
        let end = tokenizer.endOfTextIDs.min()!
        packed.addSequence(
            try tokenizer.encode("abc", allowSpecial: false) + [end], of: prompt)
        #expect(model.decoder.scores(packed) == [found[0]])
    }

    /// The whole way: pairs make a model, and the model's scores rise under a policy's training.
    @Test func aPolicyFollowsItsModel() async throws {
        var settings = RewardModelSettings()
        settings.judges = .completion
        settings.pairs.maxSteps = 40
        settings.pairs.optimizer.learningRate = 0.02
        let stage = RewardModelStage(
            name: "taste", settings: settings, source: LetterPairs(), prompt: .plain, seed: 1)
        let model = stage.model(from: LetterPolicy.make(on: TestBackend.reference.make()))
        _ = try stage.run(model, from: stage.initialState(model), monitor: StageSpy())

        var reward = RewardModelReward()
        reward.scenario = nil
        reward.last = 0.8
        let scorer = RewardModelScorer(model, prompt: .plain, judges: .completion)
        var run = StageRun(steps: 25) { $0.optimizer.learningRate = 0.01 }
        run.rewards = RewardSet([
            RewardTerm(AccuracyReward(), weight: 0.01), RewardTerm(reward.bound(to: scorer)),
        ])
        let rewards = try await run.run().spy.values("rewards/reward_model/mean")
        // Nothing is said of it in the first fifth.
        #expect(rewards.prefix(5).allSatisfy { $0 == 0 || $0 == nil })
        let told = rewards.dropFirst(5).map { $0! }
        let (first, last) = (told.prefix(5).reduce(0, +) / 5, told.suffix(5).reduce(0, +) / 5)
        #expect(last > first + 0.2)
        let again = try await run.run().spy.values("rewards/reward_model/mean")
        #expect(again == rewards)
    }
}

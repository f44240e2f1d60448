import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTestSupport
import GRPOTokenizers
import GRPOTraining
import Testing

/// Problems whose prompts end in an opened thought; whatever is written in it is right only if what
/// is judged begins with the tag.
private struct OpenedTask: ProblemSource, Equatable {
    static let name = "opened"
    static let summary = "Think."
    static let alphabet = "abc<>/think\n"

    init() {}

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem { problem(index) }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] { (0..<min(2, limit)).map(problem) }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        completion.hasPrefix("<think>\n") ? .right : .wrong
    }

    private func problem(_ index: Int) -> Problem {
        Problem(
            id: "\(index)", prompt: String(repeating: "a", count: 1 + index % 3) + "<think>\n",
            answer: "")
    }
}

/// 1 where the completion begins with an opened thought.
private struct SeesTag: RewardFunction {
    static let name = "sees_tag"
    static let summary = "Whether the text begins with the tag."

    func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { .value($0.text.hasPrefix("<think>\n") ? 1 : 0) }
    }
}

/// Keeps what begins with an opened thought.
private struct SeesTagFilter: SampleFilter {
    static let name = "sees_tag"
    static let summary = "Whether the text begins with the tag."

    func reason(against candidate: SampleCandidate) -> String? {
        candidate.completion.text.hasPrefix("<think>\n") ? nil : Self.name
    }
}

@Suite("A thought that the prompt opens: one reading in training, sampling and evaluation")
struct OpenedThoughtTests {
    private var policy: Policy {
        let tokenizer = CharacterTokenizer(alphabet: "abc<>/think\n")
        return Policy(
            decoder: TinyDecoder.make(
                TinyDecoder.configuration(
                    vocabulary: tokenizer.vocabularySize, positions: 48),
                seed: 1, deviation: 0.3, on: TestBackend.reference.make(threads: 1)),
            tokenizer: tokenizer)
    }

    @Test func training() async throws {
        var run = StageRun(steps: 1)
        run.task = OpenedTask()
        run.rewards = RewardSet([
            RewardTerm(AccuracyReward()), RewardTerm(SeesTag()), RewardTerm(RandomReward()),
        ])
        let spy = StageSpy()
        let policy = policy
        let stage = try run.stage()
        _ = try await stage.run(policy, from: stage.initialState(policy), monitor: spy)
        let rollouts = try #require(spy.generations.first?.rollouts)
        #expect(rollouts.count == 12)
        for rollout in rollouts {
            #expect(rollout.rewards["accuracy"] == .some(1))
            #expect(rollout.rewards["sees_tag"] == .some(1))
            #expect(rollout.opening == "<think>\n")
            #expect(rollout.judgedText == "<think>\n" + rollout.text)
            // What was sampled is kept as it was sampled.
            #expect(
                policy.tokenizer.decode(rollout.tokenIDs, skipSpecial: true) == rollout.text)
        }
    }

    @Test func sampling() throws {
        var settings = SampleSettings()
        settings.prompts = 3
        settings.numGenerations = 4
        settings.maxCompletionLength = 4
        let stage = try SampleStage(
            name: "kept", settings: settings, task: OpenedTask(), prompt: .plain,
            filters: [CorrectFilter(), SeesTagFilter()], seed: 1)
        let spy = SampleSpy()
        _ = try stage.run(policy, monitor: spy)
        #expect(spy.counts.dropped["correct"] == nil)
        #expect(spy.counts.dropped["sees_tag"] == nil)
        #expect(spy.counts.kept > 0)
        // A document of a later stage is the prompt and what was written behind it.
        #expect(spy.rows.allSatisfy { !$0.completion.hasPrefix("<think>") })
    }

    @Test func evaluation() async throws {
        let evaluator = Evaluator(
            task: OpenedTask(), prompt: .plain,
            settings: EvaluationSettings(problems: 2, samples: 2), maxCompletionLength: 4, seed: 1,
            measures: [SeesTag()])
        let (result, samples) = try await evaluator.evaluate(policy, stage: "base")
        #expect(result.passAt1 == 1)
        #expect(result[measure: "sees_tag"]?.mean == 1)
        #expect(samples.problems[0].judged[0].text.hasPrefix("<think>\n"))
    }
}

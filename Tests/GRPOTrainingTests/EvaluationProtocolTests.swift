import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTestSupport
import GRPOTokenizers
import GRPOTraining
import Testing

/// Questions with a system message, of which half are no matter of right and wrong.
private struct TwoScenarioTask: ProblemSource, Equatable {
    static let name = "mixed"
    static let summary = "Questions of both scenarios."

    var trainable = 4

    init() {}

    init(trainable: Int) {
        self.trainable = trainable
    }

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        Problem(id: "t\(index)", prompt: "\(index)=", answer: "\(index)")
    }

    func trainingCount() -> Int? { trainable }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        (0..<min(4, limit)).map { index in
            Problem(
                id: "\(index)", prompt: "0\n\n\(index)=", answer: "\(index)",
                messages: [
                    Message(role: "system", content: "0"),
                    Message(role: "user", content: "\(index)="),
                ], scenario: index < 2 ? .reasoning : .general)
        }
    }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        let given = AnswerExtraction.afterThinking(completion).flatMap {
            AnswerExtraction.lastNumber(in: $0)
        }
        return given == problem.answer ? .right : .wrong
    }
}

/// The number of characters; says nothing of problem 3.
private struct LengthMeasure: RewardFunction, Equatable {
    static let name = "length"
    static let summary = "Characters."

    func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map {
            group.problem.id == "3" ? .notApplicable : .value(Double($0.text.count))
        }
    }
}

@Suite struct EvaluationProtocolTests {
    private func policy(_ tokenizer: any Tokenizer) -> Policy {
        Policy(
            decoder: TinyDecoder.make(
                TinyDecoder.configuration(
                    vocabulary: tokenizer.vocabularySize, positions: 64), seed: 3,
                on: TestBackend.reference.make()),
            tokenizer: tokenizer)
    }

    private let characters = CharacterTokenizer(alphabet: "0123=<think>/ \n")

    private func asked(
        _ settings: EvaluationSettings, style: PromptStyle = .plain
    ) throws -> EvaluationPrompt.Asked {
        let task = TwoScenarioTask()
        let prompt = try EvaluationPrompt(task: task, style: style, settings: settings)
        return try prompt.ask(task.testProblems(limit: 1, seed: 0)[0], with: characters)
    }

    @Test func byDefaultTheQuestionIsPutAsInTraining() throws {
        let found = try asked(EvaluationSettings())
        #expect(found.text == "0\n\n0=")
        #expect(found.opening == "")
        #expect(found.ids == (try characters.encode("0\n\n0=", allowSpecial: false)))
    }

    @Test func aForcedThoughtEndsThePrompt() throws {
        let found = try asked(EvaluationSettings(think: .always))
        #expect(found.text == "0\n\n0=<think>\n")
        #expect(found.opening == "<think>\n")
        #expect(found.ids == (try characters.encode("0\n\n0=<think>\n", allowSpecial: false)))
        // A vocabulary of characters has no such token, and no template names it.
        #expect(try asked(EvaluationSettings(think: .auto)).opening == "")
    }

    @Test func withoutSystemMessages() throws {
        #expect(try asked(EvaluationSettings(systemPrompt: false)).text == "0=")
        #expect(EvaluationSettings.r1().systemPrompt == false)
        #expect(EvaluationSettings.r1().temperature == 0.6)
        #expect(EvaluationSettings.r1().topP == 0.95)
        #expect(EvaluationSettings.r1().think == .auto)
    }

    /// The examples are distinct training problems with right answers, the same each time.
    @Test func fewShot() throws {
        let text = try asked(EvaluationSettings(fewShot: 2, systemPrompt: false)).text
        #expect(text == "0= 0\n\n1= 1\n\n0=")
        #expect(text == (try asked(EvaluationSettings(fewShot: 2, systemPrompt: false)).text))
    }

    @Test func tooFewExamplesAreRefused() {
        #expect {
            try EvaluationPrompt(
                task: TwoScenarioTask(), style: .plain, settings: EvaluationSettings(fewShot: 5))
        } throws: { error in
            guard case TrainingError.noExample("mixed", 4, 5, nil) = error else { return false }
            return true
        }
        #expect {
            try EvaluationPrompt(
                task: TwoScenarioTask(trainable: 0), style: .plain,
                settings: EvaluationSettings(fewShot: 1))
        } throws: { error in
            guard case TrainingError.noExample("mixed", 0, 1, nil) = error else { return false }
            return true
        }
    }

    /// General problems have no right and wrong; measures count where they apply.
    @Test func scenariosAndMeasures() async throws {
        let evaluator = Evaluator(
            task: TwoScenarioTask(), prompt: .plain,
            settings: EvaluationSettings(problems: 4, samples: 3, passAt: [1, 2]),
            maxCompletionLength: 4, seed: 5, measures: [LengthMeasure()])
        let (result, samples) = try await evaluator.evaluate(policy(characters), stage: "base")
        #expect(result.problems == 4)
        #expect(result.generalProblems == 2)
        let judged = samples.problems.filter { $0.isRight != nil }
        #expect(judged.map(\.problem.id) == ["0", "1"])
        #expect(result.passAt1 == judged.compactMap(\.share).reduce(0, +) / 2)
        #expect(abs(result.passAt[0].value - result.passAt1) < 1e-15)
        #expect(result.passAt[1].value >= result.passAt1)
        let measure = try #require(result[measure: "length"])
        #expect(measure.problems == 3)
        let means = samples.problems.prefix(3).map { sampled in
            Double(sampled.completions.reduce(0) { $0 + $1.text.count }) / 3
        }
        #expect(abs(measure.mean - means.reduce(0, +) / 3) < 1e-12)
        #expect(samples.problems[3].measures[0].values == [nil, nil, nil])
        let copy = try JSONCoding.decode(EvaluationResult.self, JSONCoding.encode(result))
        #expect(copy == result)
    }

    /// An opened thought that is never closed gives no answer, however right it looks.
    @Test func anOpenThoughtIsNoAnswer() throws {
        let settings = EvaluationSettings(problems: 4, samples: 40, think: .always)
        let evaluator = Evaluator(
            task: TwoScenarioTask(), prompt: .plain, settings: settings, maxCompletionLength: 2,
            seed: 1)
        let samples = try evaluator.samples(policy(characters), stage: "base")
        #expect(samples.problems.allSatisfy { $0.opening == "<think>\n" })
        let texts = samples.problems.flatMap(\.completions).map(\.text)
        #expect(texts.contains { $0.contains("0") || $0.contains("1") })
        #expect(evaluator.result(of: samples).passAtK == 0)
        #expect(evaluator.result(of: samples).conditions?.openedThought == 1)
    }

    /// Without sampling there is nothing to repeat: greedy is the same completion.
    @Test func greedy() throws {
        let evaluator = Evaluator(
            task: TwoScenarioTask(), prompt: .plain,
            settings: EvaluationSettings(problems: 4, samples: 1, temperature: 0),
            maxCompletionLength: 3, seed: 2)
        let samples = try evaluator.samples(policy(characters), stage: "base")
        #expect(samples.problems.allSatisfy { $0.greedy == $0.completions[0] })
    }

    @Test func newSettingsOutOfRangeAreNamed() {
        let bad = EvaluationSettings(samples: 4, passAt: [0, 4, 5], fewShot: -1)
        #expect(bad.rangeProblems().map(\.key) == ["pass_at", "pass_at", "few_shot"])
        #expect(
            bad.rangeProblems()[1].message == "must be between 1 and samples, 4, found 5")
    }
}

import GRPOModels
import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import GRPOTraining
import Testing

/// The answer is the last digit of the completion.
struct DigitTask: ProblemSource, Equatable {
    static let name = "digit"
    static let summary = "Say the digit."

    init() {}

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        problem(index % 4)
    }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        (0..<min(4, limit)).map(problem)
    }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        AnswerExtraction.lastNumber(in: completion) == problem.answer ? .right : .wrong
    }

    func answer(in completion: String, to problem: Problem) -> String? {
        AnswerExtraction.lastNumber(in: completion)
    }

    private func problem(_ digit: Int) -> Problem {
        Problem(id: "\(digit)", prompt: "\(digit)=", answer: "\(digit)")
    }
}

struct EvaluatorTests {
    private func policy(seed: UInt64) -> Policy {
        Policy(
            decoder: TinyDecoder.make(
                TinyDecoder.configuration(vocabulary: 6, positions: 16), seed: seed,
                on: TestBackend.reference.make()),
            tokenizer: CharacterTokenizer(alphabet: "0123="))
    }

    /// Every number recomputed from the samples that the evaluation's stream draws.
    @Test(arguments: [UInt64(1), 2, 3, 4, 5])
    func numbersFollowFromTheSamples(seed: UInt64) throws {
        let policy = policy(seed: seed)
        let task = DigitTask()
        let evaluator = Evaluator(
            task: task, prompt: .plain, settings: EvaluationSettings(problems: 4, samples: 5),
            maxCompletionLength: 3, maxNumSeqs: 3, seed: 9)
        let result = try evaluator.run(policy, stage: "base")

        func groups(samples: Int, temperature: Double) throws -> [RolloutGroup] {
            try RolloutEngine(policy, random: RandomStream(seed: 9, name: "evaluate")).run(
                task.testProblems(limit: 4, seed: 0).enumerated().map {
                    RolloutRequest(
                        problem: $1,
                        promptIDs: try policy.tokenizer.encode($1.prompt, allowSpecial: false),
                        slot: $0)
                },
                settings: RolloutSettings(
                    numGenerations: samples, maxCompletionLength: 3,
                    sampling: Sampling(temperature: temperature)), step: 0)
        }
        var shares: [Double] = []
        var any = 0.0
        var majority = 0.0
        var length = 0.0
        for group in try groups(samples: 5, temperature: 1) {
            let answers = group.completions.map {
                AnswerExtraction.lastNumber(in: $0.completion.text)
            }
            let right = answers.count { $0 == group.problem.answer }
            shares.append(Double(right) / 5)
            any += right > 0 ? 0.25 : 0
            // The most frequent; of several, the one given first.
            let votes = answers.compactMap { $0 }
            var best = votes.first
            for answer in votes
            where answers.count(where: { $0 == answer }) > answers.count(where: { $0 == best }) {
                best = answer
            }
            majority += best == group.problem.answer ? 0.25 : 0
            length += group.completions.reduce(0) { $0 + Double($1.tokenIDs.count) } / 20
        }
        let greedy = try groups(samples: 1, temperature: 0).reduce(0.0) { sum, group in
            let answer = AnswerExtraction.lastNumber(in: group.completions[0].completion.text)
            return sum + (answer == group.problem.answer ? 0.25 : 0)
        }
        #expect(abs(result.passAt1 - shares.reduce(0, +) / 4) < 1e-15)
        #expect(result.passAt1Interval == Interval.mean(of: shares))
        #expect(result.passAtK == any)
        #expect(result.majAtK == majority)
        #expect(result.passAt1Greedy == greedy)
        #expect(abs((result.meanLength ?? -1) - length) < 1e-12)
        #expect(result.format == 0)
        #expect((result.problems, result.samples, result.temperature) == (4, 5, 1))
        #expect((result.stage, result.task) == ("base", "digit"))
        #expect(result.examples.map(\.prompt) == ["0=", "1=", "2=", "3="])
        let copy = try JSONCoding.decode(EvaluationResult.self, JSONCoding.encode(result))
        #expect(copy == result)
    }

    /// maj@k: completions without an answer have no vote, a tie goes to the first.
    @Test(
        arguments: [
            ([nil, nil, "5"], 2), (["1", "2", "2"], 1), (["2", "1", "1", "2"], 0),
            ([nil, nil], nil),
            ([], nil), ([nil, "1", "2", nil, nil], 1),
        ] as [([String?], Int?)])
    func majority(answers: [String?], winner: Int?) {
        #expect(Evaluator.majority(of: answers) == winner)
    }

    /// 0.5 ± 1.96 √(variance / n): the deviations of 1, 0.5, 0, 0.5 have the variance 1/6.
    @Test func theIntervalByHand() {
        let interval = Interval.mean(of: [1, 0.5, 0, 0.5])
        let error = 1.959963984540054 * (1.0 / 6 / 4).squareRoot()
        #expect(abs(interval.lowerBound - (0.5 - error)) < 1e-15)
        #expect(abs(interval.upperBound - (0.5 + error)) < 1e-15)
        // Cut at 0.
        #expect(Interval.mean(of: [0, 0, 0.5]).lowerBound == 0)
    }

    /// Wilson's interval where all problems agree: 0 of 10 is [0, 0.2775], as tables give it.
    @Test func agreementHasWilsonsInterval() {
        let none = Interval.mean(of: Array(repeating: 0, count: 10))
        #expect(none.lowerBound == 0)
        #expect(abs(none.upperBound - 0.27754) < 1e-5)
        let all = Interval.mean(of: Array(repeating: 1, count: 10))
        #expect(abs(all.lowerBound - 0.72246) < 1e-5)
        #expect(all.upperBound == 1)
        #expect(Interval.mean(of: []) == 0...1)
        #expect(Interval.mean(of: [1]).lowerBound < 0.3)
    }

    @Test func tooFewHeldOutProblemsAreRefused() throws {
        let evaluator = Evaluator(
            task: DigitTask(), prompt: .plain,
            settings: EvaluationSettings(problems: 5, samples: 1), maxCompletionLength: 3,
            seed: 1)
        #expect {
            try evaluator.run(policy(seed: 1), stage: "base")
        } throws: { error in
            guard case TrainingError.tooFewProblems("digit", 4, 5) = error else { return false }
            return true
        }
    }

    @Test func settingsOutOfRangeAreNamed() {
        #expect(EvaluationSettings().rangeProblems().isEmpty)
        #expect(EvaluationSettings(problems: 0).rangeProblems().isEmpty)
        let bad = EvaluationSettings(
            problems: -1, samples: 0, temperature: -1, topP: 0, maxCompletionLength: 0)
        #expect(
            bad.rangeProblems().map(\.key)
                == ["problems", "samples", "temperature", "top_p", "max_completion_length"])
    }
}

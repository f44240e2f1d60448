import GRPOModels
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTraining
import Testing

/// `LetterTask` with an end, every third of its problems general.
private struct ListedLetters: ProblemSource, Equatable {
    static let name = "listed_letters"
    static let summary = "Repeat the letters."

    var count = 12

    init() {}

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        let letters = NumberedTexts.letters(index % count)
        return Problem(
            id: letters, prompt: letters + "=", answer: letters, columns: ["language": "de"],
            scenario: index % 3 == 2 ? .general : .reasoning)
    }

    func trainingCount() -> Int? { count }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] { [] }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        completion.first == problem.answer.first ? .right : .wrong
    }
}

struct SampleStageTests {
    /// A sampling of the six letters, 150 completions each, two problems at a time. A policy drawn
    /// at random writes the letter alone in about one of 64.
    private struct Sampling {
        var kind = TestBackend.reference
        var threads = 1
        var seed: UInt64 = 1
        var task: any ProblemSource = LetterTask()
        var filters: [any SampleFilter] = [CorrectFilter()]
        var settings = SampleSettings()

        init(_ change: (inout SampleSettings) -> Void = { _ in }) {
            settings.prompts = 6
            settings.promptsPerStep = 2
            settings.numGenerations = 150
            settings.maxCompletionLength = 4
            settings.maxNumSeqs = 17
            change(&settings)
        }

        func stage() throws -> SampleStage {
            try SampleStage(
                name: "traces", settings: settings, task: task, prompt: .plain, filters: filters,
                seed: seed)
        }

        @discardableResult
        func run(
            from state: SampleState = SampleState(), telling spy: SampleSpy = SampleSpy()
        ) throws -> (spy: SampleSpy, outcome: StageOutcome) {
            let policy = LetterPolicy.make(on: kind.make(threads: threads))
            return (spy, try stage().run(policy, from: state, monitor: spy))
        }
    }

    @Test func whatIsRightIsKeptOnce() throws {
        let (spy, outcome) = try Sampling().run()
        #expect(outcome == .finished)
        #expect(spy.steps.map(\.state.step) == [1, 2, 3])
        #expect(!spy.rows.isEmpty)
        // A right completion is the letter alone, so every problem has one at most.
        #expect(spy.rows.allSatisfy { $0.completion == $0.answer })
        #expect(Set(spy.rows.map(\.problem)).count == spy.rows.count)
        #expect(spy.counts.dropped["duplicate", default: 0] > 0)
    }

    /// Kept and dropped add up to what was sampled, in the state as in the metrics.
    @Test func everyCompletionIsCounted() throws {
        var sampling = Sampling { $0.maxPerPrompt = 3 }
        sampling.filters = [Nonempty(), LengthFilter(min: 3)]
        let spy = try sampling.run().spy
        let counts = spy.counts
        #expect((counts.prompts, counts.completions) == (6, 900))
        #expect(counts.kept == spy.rows.count)
        let dropped = counts.dropped.values.reduce(0, +)
        #expect(counts.kept + dropped == 900)
        #expect(
            Set(counts.dropped.keys) == ["nonempty", "length", "duplicate", "max_per_prompt"])
        func total(_ name: String) -> Double {
            spy.metrics.map { $0[name, default: 0] }.reduce(0, +)
        }
        for (reason, count) in counts.dropped {
            #expect(total("dropped/\(reason)") == Double(count))
        }
        #expect(total("kept") == Double(counts.kept))
        #expect(spy.metrics.last!["num_tokens"] == Double(counts.tokens))
    }

    /// What does not pass the first filter is not asked the second.
    @Test func theFirstFilterThatFailsIsTheReason() throws {
        var sampling = Sampling()
        sampling.filters = [LengthFilter(min: 3), CorrectFilter()]
        #expect(throws: TrainingError.self) { try sampling.run() }
        let spy = SampleSpy()
        _ = try? sampling.run(telling: spy)
        let counts = spy.counts
        #expect(Set(counts.dropped.keys) == ["length", "correct"])
        sampling.filters = [CorrectFilter(), LengthFilter(min: 3)]
        let other = SampleSpy()
        _ = try? sampling.run(telling: other)
        #expect(other.counts.dropped["correct"]! > counts.dropped["correct"]!)
        #expect(other.counts.dropped["length"]! < counts.dropped["length"]!)
    }

    @Test func atMostSoManyOfAProblem() throws {
        var sampling = Sampling()
        sampling.filters = [Nonempty()]
        let all = try sampling.run().spy.rows
        sampling.settings.maxPerPrompt = 4
        let capped = try sampling.run().spy.rows
        #expect(capped.count == 24)
        #expect(capped.allSatisfy(all.contains))
        let byProblem = Dictionary(grouping: all, by: \.problem)
        let first = byProblem.values.flatMap { $0.prefix(4) }
        #expect(byProblem.values.allSatisfy { $0.count > 8 })
        #expect(!capped.allSatisfy(first.contains))
        // In the order in which they were sampled.
        for rows in Dictionary(grouping: capped, by: \.problem).values {
            #expect(rows.map(\.sample) == rows.map(\.sample).sorted())
        }
    }

    /// The verifier says nothing of general problems; the other filters do.
    @Test func generalProblemsNeedNoVerifier() throws {
        var sampling = Sampling { $0.prompts = nil }
        sampling.task = ListedLetters()
        let spy = try sampling.run().spy
        #expect(spy.counts.prompts == 12)
        let (general, reasoning) = (
            spy.rows.filter { $0.scenario == .general },
            spy.rows.filter { $0.scenario == .reasoning }
        )
        #expect(reasoning.allSatisfy { $0.completion.first == $0.answer.first })
        #expect(general.contains { $0.completion.first != $0.answer.first })
        #expect(spy.rows.allSatisfy { $0.language == "de" })
    }

    /// From every step on, counts, rows and metrics are those of the stage that did not stop.
    @Test(arguments: TestBackend.exact)
    func resumedEqualsUninterrupted(kind: TestBackend) throws {
        var sampling = Sampling()
        sampling.kind = kind
        sampling.filters = [Nonempty()]
        let whole = try sampling.run().spy
        for done in 1...3 {
            let state = whole.steps[done - 1].state
            let (rest, outcome) = try sampling.run(from: state)
            #expect(outcome == .finished)
            #expect(rest.rows == whole.steps[done...].flatMap(\.rows))
            #expect(rest.steps.map(\.state) == whole.steps[done...].map(\.state))
            #expect(rest.metrics == Array(whole.metrics[done...]))
        }
    }

    /// Interrupted while sampling, the step that was begun is forgotten; between two, nothing is.
    @Test func interruptedItCanGoOn() throws {
        var sampling = Sampling()
        sampling.filters = [Nonempty()]
        let whole = try sampling.run().spy
        let spy = SampleSpy()
        spy.interrupts = { $0?.step == 2 && ($0?.done ?? 0) > 30 }
        let (_, outcome) = try sampling.run(telling: spy)
        #expect(outcome == .interrupted(step: 1))
        #expect(spy.rows == whole.steps[0].rows)
        let rest = try sampling.run(from: spy.steps.last!.state).spy
        #expect(spy.rows + rest.rows == whole.rows)

        let late = SampleSpy()
        late.interrupts = { [unowned late] _ in late.steps.count == 2 }
        #expect(try sampling.run(telling: late).outcome == .interrupted(step: 2))
        #expect(late.rows == whole.steps[0].rows + whole.steps[1].rows)
    }

    /// How the problems are cut into steps, how many sequences run at once and on how many threads:
    /// what is kept does not know.
    @Test(arguments: TestBackend.exact)
    func theWayItIsComputedChangesNothing(kind: TestBackend) throws {
        var sampling = Sampling { $0.maxPerPrompt = 5 }
        sampling.kind = kind
        sampling.filters = [Nonempty()]
        let whole = try sampling.run().spy
        func unstepped(_ spy: SampleSpy) -> [SampleRow] {
            spy.rows.map {
                var row = $0
                row.step = 0
                return row
            }
        }
        sampling.threads = 3
        #expect(try sampling.run().spy.rows == whole.rows)
        sampling.settings.maxNumSeqs = 64
        #expect(try sampling.run().spy.rows == whole.rows)
        for size in [1, 4, 6, 100] {
            sampling.settings.promptsPerStep = size
            let spy = try sampling.run().spy
            #expect(spy.records.count == (6 + size - 1) / size)
            #expect(unstepped(spy) == unstepped(whole))
            #expect(spy.counts == whole.counts)
        }
        sampling.seed = 2
        #expect(try unstepped(sampling.run().spy) != unstepped(whole))
    }
}

extension SampleStageTests {
    @Test func problemsAreDifferent() throws {
        let problems = try Sampling().stage().problems
        #expect(Set(problems.map(\.id)) == ["a", "b", "c", "d", "e", "f"])
        #expect(problems.count == 6)
        var sampling = Sampling { $0.prompts = 5 }
        sampling.task = ListedLetters()
        #expect(try sampling.stage().problems.count == 5)
    }

    @Test func tooFewProblemsAreRefused() {
        let sampling = Sampling { $0.prompts = 7 }
        #expect {
            try sampling.stage()
        } throws: {
            "\($0)"
                == "stage traces: task letter gave 6 different training problems, prompts asks for "
                + "7; lower prompts, or let the task make more"
        }
    }

    @Test func allOfAnEndlessTaskAreRefused() {
        let sampling = Sampling { $0.prompts = nil }
        #expect {
            try sampling.stage()
        } throws: {
            "\($0)"
                == "stage traces: task letter makes training problems without end; set prompts to "
                + "the number wanted"
        }
    }

    @Test func nothingKeptSaysWhatBecameOfThem() {
        var sampling = Sampling()
        sampling.task = LetterTask(isBroken: true)
        #expect {
            try sampling.run()
        } throws: {
            "\($0)"
                == "stage traces: nothing kept of 900 completions of 6 problems, dropped by "
                + "ungradable 900; loosen keep, raise prompts or num_generations, or sample from a "
                + "policy that does better"
        }
    }

    /// A stage that had kept nothing by the end says so when it is resumed there, too.
    @Test func nothingKeptIsNotForgotten() {
        var sampling = Sampling()
        sampling.task = LetterTask(isBroken: true)
        let spy = SampleSpy()
        _ = try? sampling.run(telling: spy)
        #expect(spy.steps.count == 3)
        #expect(throws: TrainingError.self) { try sampling.run(from: spy.steps[2].state) }
    }

    @Test func aRowIsALineOfTRLs() throws {
        let row = try #require(try Sampling().run().spy.rows.first)
        let data = try JSONCoding.encode(row)
        #expect(try JSONCoding.decode(SampleRow.self, data) == row)
        let keys = try JSONCoding.decode([String: Anything].self, data).keys
        #expect(
            Set(keys) == [
                "prompt", "completion", "problem_id", "answer", "scenario", "readability",
                "tokens", "sample", "step",
            ])
        #expect(row.prompt == row.problem + "=")
        #expect(row.tokens == 2)
    }

    @Test func keptSamplesAreDocuments() throws {
        let rows = try Sampling().run().spy.rows
        let texts = SampledTexts(rows)
        #expect(texts.documentCount() == rows.count)
        var random: any RandomNumberGenerator = SplitMix64(seed: 1)
        let document = texts.document(rows.count + 1, using: &random)
        #expect(document == TextDocument(prompt: rows[1].prompt, completion: rows[1].completion))
        #expect(texts.alphabet.contains("="))
        #expect(Set(texts.alphabet).isSubset(of: LetterTask.alphabet))
    }
}

/// Any JSON.
private struct Anything: Decodable {
    init(from decoder: any Swift.Decoder) {}
}

import GRPOTasks
import GRPOTraining
import Testing

struct SampleFilterTests {
    private func reason(
        _ filter: any SampleFilter, _ text: String, tokens: Int = 10,
        _ finish: FinishReason = .stop, language: String = "en", scenario: Scenario = .reasoning
    ) -> String? {
        let problem = Problem(
            id: "1", prompt: "", answer: "12", columns: ["language": language], scenario: scenario)
        return filter.reason(
            against: SampleCandidate(
                problem: problem,
                completion: Completion(text: text, tokenCount: tokens, finishReason: finish),
                judged: GroupVerdicts(of: [text], problem, by: Sums()), sample: 0))
    }

    private let good = "<think>this is what we have here</think><answer>12</answer>"
    private let mixed = "<think>this is what wir haben here</think><answer>12</answer>"

    @Test func correct() {
        #expect(reason(CorrectFilter(), good) == nil)
        #expect(reason(CorrectFilter(), "<answer>13</answer>") == "correct")
        #expect(reason(CorrectFilter(), "<answer>13</answer>", scenario: .general) == nil)
    }

    @Test func formatted() {
        #expect(reason(FormattedFilter(), good) == nil)
        #expect(reason(FormattedFilter(), "12") == "formatted")
        let within = "this is</think><answer>12</answer>"
        #expect(reason(FormattedFilter(), within) == "formatted")
        #expect(reason(FormattedFilter(promptOpensThought: true), within) == nil)
    }

    @Test func readable() {
        #expect(reason(ReadableFilter(), good) == nil)
        #expect(reason(ReadableFilter(), good, .length) == "readable")
        #expect(reason(ReadableFilter(), mixed) == "readable")
        #expect(reason(ReadableFilter(atLeast: 0.6), mixed) == nil)
        #expect(reason(ReadableFilter(), good, language: "de") == "readable")
    }

    @Test func language() {
        #expect(reason(LanguageFilter(), good) == nil)
        #expect(reason(LanguageFilter(), mixed) == "language")
        #expect(reason(LanguageFilter(), good, language: "de") == "language")
        #expect(reason(LanguageFilter(atLeast: 0.5), mixed) == nil)
        #expect(reason(LanguageFilter(), "12") == nil)
    }

    @Test func noRepetition() {
        #expect(reason(NoRepetitionFilter(), good) == nil)
        #expect(reason(NoRepetitionFilter(), "a b a b a b a b") == "no_repetition")
        #expect(reason(NoRepetitionFilter(atMost: 0.7), "a b a b a b a b") == nil)
        #expect(reason(NoRepetitionFilter(atMost: 0, ngramSize: 9), "a b a b a b a b") == nil)
    }

    @Test func length() {
        let filter = LengthFilter(min: 3, max: 5)
        #expect(
            [2, 3, 5, 6].map { reason(filter, good, tokens: $0) } == ["length", nil, nil, "length"])
        #expect(reason(LengthFilter(), good, tokens: .max) == nil)
    }

    @Test func recipesCanNameAllOfThem() {
        let registry = FilterRegistry.filters()
        #expect(
            registry.names == [
                "correct", "formatted", "language", "length", "no_repetition", "readable",
            ])
        #expect(registry.names.allSatisfy { registry[$0]!.init().problems().isEmpty })
    }

    @Test func settingsOutOfRange() {
        #expect(ReadableFilter(atLeast: 1.1).problems().map(\.key) == ["at_least"])
        #expect(LanguageFilter(atLeast: .nan).problems().map(\.key) == ["at_least"])
        #expect(
            NoRepetitionFilter(atMost: -1, ngramSize: 0).problems().map(\.key)
                == ["at_most", "ngram_size"])
        #expect(LengthFilter(min: 0).problems().map(\.key) == ["min"])
        #expect(LengthFilter(min: 5, max: 4).problems().map(\.key) == ["max"])
    }

    @Test func theySurviveCoding() throws {
        func check<Filter: SampleFilter & Equatable>(_ filter: Filter) throws {
            let data = try JSONCoding.encode(filter)
            #expect(try JSONCoding.decode(Filter.self, data) == filter)
        }
        try check(CorrectFilter())
        try check(FormattedFilter(promptOpensThought: true))
        try check(ReadableFilter(atLeast: 0.5, promptOpensThought: true))
        try check(LanguageFilter(atLeast: 0.5))
        try check(NoRepetitionFilter(atMost: 0.5, ngramSize: 2))
        try check(LengthFilter(min: 2))
        // A recipe knows an option by its default's key: an optional one is there as null.
        #expect(
            String(decoding: try JSONCoding.encode(LengthFilter()), as: UTF8.self)
                .contains("\"max\":null"))
    }
}

struct SampleSettingsTests {
    @Test func everythingOutOfRangeIsNamedAtOnce() {
        var settings = SampleSettings()
        #expect(settings.problems().isEmpty)
        settings.prompts = 0
        settings.promptsPerStep = 0
        settings.numGenerations = 0
        settings.maxCompletionLength = 0
        settings.maxPerPrompt = 0
        settings.maxNumSeqs = 0
        settings.temperature = -1
        settings.topP = 0
        #expect(
            Set(settings.problems().map(\.key)) == [
                "prompts", "prompts_per_step", "num_generations", "max_completion_length",
                "max_per_prompt", "max_num_seqs", "temperature", "top_p",
            ])
        settings = SampleSettings()
        settings.temperature = 0
        #expect(settings.problems().map(\.key) == ["temperature"])
        settings.numGenerations = 1
        #expect(settings.problems().isEmpty)
    }

    @Test func theySurviveCoding() throws {
        var settings = SampleSettings()
        settings.prompts = nil
        settings.maxPerPrompt = 4
        settings.topP = 0.9
        let data = try JSONCoding.encode(settings)
        #expect(try JSONCoding.decode(SampleSettings.self, data) == settings)
    }
}

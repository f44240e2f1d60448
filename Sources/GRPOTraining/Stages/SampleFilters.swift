import GRPORewards
import GRPOTasks

/// Keeps what the task's verifier finds right. General problems, of which it cannot tell, pass;
/// what it cannot judge is counted as `ungradable`.
package struct CorrectFilter: SampleFilter, Hashable {
    package static let name = "correct"
    package static let summary = "The task's verifier finds the answer right."

    package init() {}

    package func reason(against candidate: SampleCandidate) -> String? {
        guard candidate.problem.scenario == .reasoning else { return nil }
        return switch candidate.verdict {
        case .right: nil
        case .wrong: Self.name
        case .ungradable: "ungradable"
        }
    }
}

/// Keeps thoughts and answers in their tags, as reward `format` reads them.
package struct FormattedFilter: SampleFilter, Hashable {
    package static let name = "formatted"
    package static let summary = "The completion is <think>…</think> and then <answer>…</answer>."

    /// Whether the prompt already ends in `<think>`.
    package var promptOpensThought = false

    private enum CodingKeys: String, CodingKey {
        case promptOpensThought = "prompt_opens_thought"
    }

    package init() {}

    package init(promptOpensThought: Bool) {
        self.promptOpensThought = promptOpensThought
    }

    package func reason(against candidate: SampleCandidate) -> String? {
        FormatReward(promptOpensThought: promptOpensThought)
            .isWellFormed(candidate.completion.text) ? nil : Self.name
    }
}

/// Keeps what is readable enough; `Readability` has the formula.
package struct ReadableFilter: SampleFilter, Hashable {
    package static let name = "readable"
    package static let summary =
        "Formatted, finished, in one language, without repetition: readability at least at_least."
    package static let shorthand: String? = "at_least"

    /// The least readability, from 0 to 1.
    package var atLeast = 0.75
    /// Whether the prompt already ends in `<think>`.
    package var promptOpensThought = false

    private enum CodingKeys: String, CodingKey {
        case atLeast = "at_least"
        case promptOpensThought = "prompt_opens_thought"
    }

    package init() {}

    package init(atLeast: Double, promptOpensThought: Bool = false) {
        self.atLeast = atLeast
        self.promptOpensThought = promptOpensThought
    }

    package func problems() -> [(key: String, message: String)] { share(atLeast, "at_least") }

    package func reason(against candidate: SampleCandidate) -> String? {
        let value = Readability(promptOpensThought: promptOpensThought)
            .value(of: candidate.completion, to: candidate.problem)
        return value >= atLeast ? nil : Self.name
    }
}

/// Keeps what is in the problem's language, as reward `language_consistency` counts its words, in
/// thought and answer. A completion without words passes: nothing in it is in another language.
package struct LanguageFilter: SampleFilter, Hashable {
    package static let name = "language"
    package static let summary = "At least at_least of the words are in the problem's language."
    package static let shorthand: String? = "at_least"

    /// The least share of words, from 0 to 1.
    package var atLeast = 0.9

    private enum CodingKeys: String, CodingKey {
        case atLeast = "at_least"
    }

    package init() {}

    package init(atLeast: Double) {
        self.atLeast = atLeast
    }

    package func problems() -> [(key: String, message: String)] { share(atLeast, "at_least") }

    package func reason(against candidate: SampleCandidate) -> String? {
        let language = LanguageConsistencyReward.target(of: candidate.problem)
        let consistency = LanguageConsistency().share(
            of: candidate.completion.text, in: language)
        return (consistency ?? 1) >= atLeast ? nil : Self.name
    }
}

/// Keeps what does not say the same again and again, as reward `repetition_penalty` counts n-grams
/// of words.
package struct NoRepetitionFilter: SampleFilter, Hashable {
    package static let name = "no_repetition"
    package static let summary = "At most at_most of the n-grams of words are repetitions."
    package static let shorthand: String? = "at_most"

    /// The largest share of repeated n-grams, from 0 to 1.
    package var atMost = 0.2
    /// Words of an n-gram.
    package var ngramSize = 3

    private enum CodingKeys: String, CodingKey {
        case atMost = "at_most"
        case ngramSize = "ngram_size"
    }

    package init() {}

    package init(atMost: Double, ngramSize: Int = 3) {
        self.atMost = atMost
        self.ngramSize = ngramSize
    }

    package func problems() -> [(key: String, message: String)] {
        share(atMost, "at_most")
            + (ngramSize < 1 ? [("ngram_size", "must be at least 1, found \(ngramSize)")] : [])
    }

    package func reason(against candidate: SampleCandidate) -> String? {
        let words = Repetition.words(of: candidate.completion.text)
        return Repetition.share(of: words, size: ngramSize) <= atMost ? nil : Self.name
    }
}

/// Keeps completions of a length in tokens, the ending included.
package struct LengthFilter: SampleFilter, Hashable {
    package static let name = "length"
    package static let summary = "Between min and max tokens."

    package var min = 1
    /// Null: any.
    package var max: Int?

    private enum CodingKeys: String, CodingKey { case min, max }

    package init() {}

    package init(min: Int = 1, max: Int? = nil) {
        self.min = min
        self.max = max
    }

    package func problems() -> [(key: String, message: String)] {
        if min < 1 { return [("min", "must be at least 1, found \(min)")] }
        guard let max, max < min else { return [] }
        return [("max", "must be at least min, \(min), found \(max)")]
    }

    package func reason(against candidate: SampleCandidate) -> String? {
        let count = candidate.completion.tokenCount
        return count < min || count > max ?? .max ? Self.name : nil
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(min, forKey: .min)
        try values.encode(max, forKey: .max)
    }
}

/// What is wrong with a share.
private func share(_ value: Double, _ key: String) -> [(key: String, message: String)] {
    (0...1).contains(value) ? [] : [(key, "must be a share from 0 to 1, found \(value)")]
}

package import GRPOTasks

/// How readable a completion is, one number from 0 to 1:
///
///     readability = formatted * finished * consistency * (1 - repetition)
///
/// *formatted* is 1 where the completion is a thought and an answer in their tags, as `FormatReward`
/// reads it, else 0; *finished* is 1 where the policy ended it and 0 where the length limit did;
/// *consistency* is the share of the words of thought and answer that are in the problem's language,
/// as `LanguageConsistency` counts it, those of no language left out (1 where there are no words, or
/// nothing is known of the language: nothing is in a wrong one); *repetition* is the share of their word trigrams that
/// repeat an earlier one.
///
/// The R1 report filters its cold start and its rejection samples by hand and by rule for the same
/// four faults: broken format, mixed languages, endless repetition, no end (section 2.3).
package struct Readability: Sendable {
    /// Words of an n-gram: the size that TRL and open-r1 take.
    package static let ngramSize = 3

    private let format: FormatReward
    private let consistency: LanguageConsistency

    /// - Parameter promptOpensThought: whether the prompt already ends in `<think>`.
    package init(
        promptOpensThought: Bool = false, consistency: LanguageConsistency = LanguageConsistency()
    ) {
        format = FormatReward(promptOpensThought: promptOpensThought)
        self.consistency = consistency
    }

    package func value(of completion: Completion, to problem: Problem) -> Double {
        guard completion.finishReason == .stop, format.isWellFormed(completion.text) else {
            return 0
        }
        let content = Self.content(of: completion.text)
        let language = LanguageConsistencyReward.target(of: problem)
        let repetition = Repetition.share(
            of: Repetition.words(of: content), size: Self.ngramSize)
        return (consistency.share(of: content, in: language) ?? 1) * (1 - repetition)
    }

    /// Thought and answer without their tags.
    static func content(of text: String) -> String {
        ["<think>", "</think>", "<answer>", "</answer>"].reduce(text) { rest, tag in
            rest.replacing(tag, with: " ")
        }
    }
}

/// Where a completion's answer is looked for.
package enum AnswerPlace: String, Codable, Sendable, CaseIterable {
    /// Between the last `<answer>` and `</answer>`.
    case tags
    /// Behind the last `####`, to the end of the line: strict GSM8K.
    case hashMarks = "hash_marks"
    /// In the last `\boxed{…}`.
    case boxed
    /// The last number: flexible GSM8K.
    case lastNumber = "last_number"
    /// In the last block or box, else behind the last "answer", else in the last formula or number:
    /// flexible mathematics.
    case anywhere
    /// All of the completion, the thinking left out.
    case text

    /// The answer that is given there, or nil.
    package func answer(in completion: String) -> String? {
        switch self {
        case .tags: return AnswerExtraction.tagged(in: completion)
        case .hashMarks: return AnswerExtraction.marked(in: completion)
        case .boxed: return AnswerExtraction.boxed(in: completion)
        case .lastNumber:
            return AnswerExtraction.afterThinking(completion)
                .flatMap(AnswerExtraction.lastNumber(in:))
        case .anywhere: return AnswerExtraction.mathematical(in: completion)
        case .text: return AnswerExtraction.afterThinking(completion)
        }
    }
}

import GRPOTasks

/// What of a completion a reward model reads.
package enum JudgedText: String, Codable, Sendable, CaseIterable {
    /// The content of the last answer block: helpfulness is judged by the final answer alone, so
    /// that the thought before it stays free (the R1 report, section 2.3.4).
    case answer
    /// All that was written, as for harmlessness.
    case completion

    /// What is judged of a completion; nil where that is an answer and none was given. An empty
    /// block is none.
    package func text(of completion: String) -> String? {
        guard self == .answer else { return completion }
        return AnswerExtraction.tagged(in: completion).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What is learned from in a pair of a data set: a text without an answer block is an answer,
    /// and an empty block an empty one.
    func text(ofExample completion: String) -> String {
        guard self == .answer else { return completion }
        return AnswerExtraction.tagged(in: completion) ?? completion
    }
}

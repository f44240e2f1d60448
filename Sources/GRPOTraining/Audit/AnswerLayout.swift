/// The frames that completions stand in: what rewards for form look at.
package enum AnswerLayout: String, Codable, Sendable, CaseIterable {
    /// R1's tags, each with the line feeds that `tag_count` looks for.
    case lineFeeds = "line_feeds"
    /// R1's tags and nothing between them.
    case tight
    /// As `lineFeeds`, behind a prompt that has opened the thought.
    case opened
    /// A thought in tags, the answer behind it without any.
    case thoughtOnly = "thought_only"
    /// Thought and answer one after the other.
    case bare
    /// The answer and nothing else.
    case answerAlone = "answer_alone"

    package func text(thought: String, answer: String) -> String {
        switch self {
        case .lineFeeds: "<think>\n\(thought)\n</think>\n<answer>\n\(answer)\n</answer>"
        case .tight: "<think>\(thought)</think><answer>\(answer)</answer>"
        case .opened: "\(thought)\n</think>\n<answer>\n\(answer)\n</answer>"
        case .thoughtOnly: "<think>\n\(thought)\n</think>\n\(answer)"
        case .bare: "\(thought)\n\(answer)"
        case .answerAlone: answer
        }
    }
}

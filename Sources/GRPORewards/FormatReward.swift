package import GRPOTasks

/// 1 if the whole completion is a thought followed by an answer, else 0: the R1 report's format
/// reward (arXiv 2501.12948, section 2.2.2), read strictly.
///
///     space "<think>" thought "</think>" space "<answer>" answer "</answer>" space
///
/// `space` is any number of spaces, tabs, line feeds and carriage returns. Each of the four tags
/// occurs exactly once in the completion, thoughts and answers included, and neither thought nor
/// answer is blank: an empty thought would earn the reward without thinking. The tags are
/// lower-case ASCII without attributes.
package struct FormatReward: RewardFunction, Hashable {
    package static let name = "format"
    package static let summary =
        "1 if the completion is <think>…</think> and then <answer>…</answer>, else 0."

    /// Whether the prompt already ends in `<think>`; the completion then begins inside the
    /// thought and must not open another.
    package var promptOpensThought = false
    /// Whether a blank thought counts as one.
    package var allowBlankThought = false

    private enum CodingKeys: String, CodingKey {
        case promptOpensThought = "prompt_opens_thought"
        case allowBlankThought = "allow_blank_thought"
    }

    package init() {}

    package init(promptOpensThought: Bool, allowBlankThought: Bool = false) {
        self.promptOpensThought = promptOpensThought
        self.allowBlankThought = allowBlankThought
    }

    /// Form alone is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { .value(isWellFormed($0.text) ? 1 : 0) }
    }

    /// Whether a completion's text has the format.
    package func isWellFormed(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func onlyPlace(of tag: [UInt8]) -> Range<Int>? {
            let places = ByteSearch.all(tag, in: bytes[...])
            return places.count == 1 ? places[0] : nil
        }
        func isBlank(_ range: Range<Int>) -> Bool { bytes[range].allSatisfy(ByteSearch.isSpace) }

        let thoughtStart: Int
        if promptOpensThought {
            guard ByteSearch.all(ByteSearch.thinkOpen, in: bytes[...]).isEmpty else { return false }
            thoughtStart = 0
        } else {
            guard let open = onlyPlace(of: ByteSearch.thinkOpen), isBlank(0..<open.lowerBound)
            else { return false }
            thoughtStart = open.upperBound
        }
        guard let thoughtEnd = onlyPlace(of: ByteSearch.thinkClose),
            let answerStart = onlyPlace(of: ByteSearch.answerOpen),
            let answerEnd = onlyPlace(of: ByteSearch.answerClose),
            thoughtStart <= thoughtEnd.lowerBound,
            thoughtEnd.upperBound <= answerStart.lowerBound,
            answerStart.upperBound <= answerEnd.lowerBound
        else { return false }
        return (allowBlankThought || !isBlank(thoughtStart..<thoughtEnd.lowerBound))
            && isBlank(thoughtEnd.upperBound..<answerStart.lowerBound)
            && !isBlank(answerStart.upperBound..<answerEnd.lowerBound)
            && isBlank(answerEnd.upperBound..<bytes.count)
    }
}

extension FormatReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        promptOpensThought =
            try values.decodeIfPresent(Bool.self, forKey: .promptOpensThought) ?? false
        allowBlankThought =
            try values.decodeIfPresent(Bool.self, forKey: .allowBlankThought) ?? false
    }
}

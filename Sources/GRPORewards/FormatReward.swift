package import GRPOTasks

/// 1 if the whole completion has the format, else 0.
///
/// `think_answer` is the R1 report's (arXiv 2501.12948, section 2.2.2), a thought followed by an
/// answer, read strictly:
///
///     space "<think>" thought "</think>" space "<answer>" answer "</answer>" space
///
/// `think` is that of DeepSeek-R1's own outputs, where what follows the thought is the answer:
///
///     space "<think>" thought "</think>" answer
///
/// `space` is any number of spaces, tabs, line feeds and carriage returns. Each tag of the layout
/// occurs exactly once in the completion, thoughts and answers included, and the answer is not
/// blank. Nor is the thought in `think_answer`: an empty one would earn the reward without thinking.
/// In `think` it may be, as in TRL's `think_format_reward`, which besides allows a second `</think>`
/// and no answer, and no space in front. The tags are lower-case ASCII without attributes.
package struct FormatReward: RewardFunction, Hashable {
    /// What a completion is made of.
    package enum Layout: String, Codable, Sendable, CaseIterable {
        /// A thought and an answer, each in its tags.
        case thinkAnswer = "think_answer"
        /// A thought in its tags, then the answer.
        case think
    }

    package static let name = "format"
    package static let summary =
        "1 if the completion is a thought and then an answer, in their tags, else 0."

    /// Of what the completion is to be made.
    package var layout = Layout.thinkAnswer
    /// Whether a completion that opens no thought stands in one from its beginning. Where the
    /// prompt ends in `<think>` that need not be said: what is judged begins with that tag.
    package var promptOpensThought = false
    /// Whether a blank thought counts as one; nil: in `think` alone.
    package var allowBlankThought: Bool?

    private enum CodingKeys: String, CodingKey {
        case layout
        case promptOpensThought = "prompt_opens_thought"
        case allowBlankThought = "allow_blank_thought"
    }

    package init() {}

    package init(
        layout: Layout = .thinkAnswer, promptOpensThought: Bool = false,
        allowBlankThought: Bool? = nil
    ) {
        self.layout = layout
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
        guard let thought = thought(in: bytes),
            allowBlankThought ?? (layout == .think) || !Self.isBlank(bytes[thought])
        else { return false }
        let rest = bytes[(thought.upperBound + ByteSearch.thinkClose.count)...]
        guard layout == .thinkAnswer else { return !Self.isBlank(rest) }
        guard let start = Self.onlyPlace(of: ByteSearch.answerOpen, in: bytes),
            let end = Self.onlyPlace(of: ByteSearch.answerClose, in: bytes),
            rest.startIndex <= start.lowerBound, start.upperBound <= end.lowerBound
        else { return false }
        return Self.isBlank(rest[..<start.lowerBound])
            && !Self.isBlank(bytes[start.upperBound..<end.lowerBound])
            && Self.isBlank(bytes[end.upperBound...])
    }

    /// Where the one thought stands between its tags, with nothing but space before it.
    private func thought(in bytes: [UInt8]) -> Range<Int>? {
        guard Self.onlyPlace(of: ByteSearch.thinkClose, in: bytes) != nil,
            let thought = Thought(in: bytes, isOpened: promptOpensThought).content
        else { return nil }
        let opens = ByteSearch.all(ByteSearch.thinkOpen, in: bytes[...])
        if opens.isEmpty && promptOpensThought { return thought }
        guard opens.count == 1, opens[0].upperBound == thought.lowerBound,
            Self.isBlank(bytes[..<opens[0].lowerBound])
        else { return nil }
        return thought
    }

    private static func onlyPlace(of tag: [UInt8], in bytes: [UInt8]) -> Range<Int>? {
        let places = ByteSearch.all(tag, in: bytes[...])
        return places.count == 1 ? places[0] : nil
    }

    private static func isBlank(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy(ByteSearch.isSpace)
    }
}

extension FormatReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        layout = try values.decodeIfPresent(Layout.self, forKey: .layout) ?? .thinkAnswer
        promptOpensThought =
            try values.decodeIfPresent(Bool.self, forKey: .promptOpensThought) ?? false
        allowBlankThought = try values.decodeIfPresent(Bool.self, forKey: .allowBlankThought)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(layout, forKey: .layout)
        try values.encode(promptOpensThought, forKey: .promptOpensThought)
        try values.encode(allowBlankThought, forKey: .allowBlankThought)
    }
}

package import GRPOTasks

/// The share of words in the target language, from 0 to 1, added to the others directly
/// (DeepSeek-R1, Nature 645, eq. 7): for reasoning and for general problems alike.
///
/// The target language is the option `language`, else the problem's column `language`, else
/// English. Judged is the thought alone, as in the paper, or the whole completion.
///
/// The paper leaves open what a thought without words is worth. Here it is 0: worth 1, an empty
/// thought would be the easiest way to be consistent, and left out, the measure would not show it.
package struct LanguageConsistencyReward: RewardFunction, Hashable {
    package static let name = "language_consistency"
    package static let summary =
        "Share of the thought's words that are in the target language."

    /// What is judged.
    package enum Part: String, Sendable, Codable, Hashable, CaseIterable {
        /// What stands before the last `</think>`, from the first `<think>` on where there is one;
        /// a thought that is never closed goes to the end.
        case thought
        /// All of it.
        case completion
    }

    /// The target language's code; nil: that of the problem.
    package var language: String?
    /// What is judged.
    package var part = Part.thought
    /// Whether a completion that opens no thought stands in one: then one without any tag is a
    /// thought too. Where the prompt ends in `<think>` that need not be said.
    package var promptOpensThought = false

    package init() {}

    package init(language: String? = nil, part: Part = .thought, promptOpensThought: Bool = false) {
        self.language = language
        self.part = part
        self.promptOpensThought = promptOpensThought
    }

    package func problems() -> [(key: String, message: String)] {
        guard let language, WordLanguages.standard[language] == nil else { return [] }
        let known = WordLanguages.standard.codes.joined(separator: ", ")
        return [("language", "must be one of \(known), found '\(language)'")]
    }

    /// Form alone is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        let target = Self.target(of: group.problem, language: language)
        guard WordLanguages.standard[target] != nil else {
            return group.completions.map { _ in
                .ungradable(
                    reason: "problem '\(group.problem.id)' is in language '\(target)', "
                        + "of which nothing is known")
            }
        }
        return group.completions.map { .value(share(of: $0.text, in: target)) }
    }

    /// The language that completions of a problem are to be in.
    package static func target(of problem: Problem, language: String? = nil) -> String {
        language ?? problem.columns["language"] ?? "en"
    }

    /// The reward of one text, 0 where it has no words.
    package func share(of text: String, in language: String) -> Double {
        LanguageConsistency().share(of: judged(in: text), in: language) ?? 0
    }

    private func judged(in text: String) -> String {
        guard part == .thought else { return text }
        let bytes = Array(text.utf8)
        guard let thought = Thought(in: bytes, isOpened: promptOpensThought).content else {
            return ""
        }
        return String(decoding: bytes[thought], as: UTF8.self)
    }
}

extension LanguageConsistencyReward {
    private enum CodingKeys: String, CodingKey {
        case language
        case part = "where"
        case promptOpensThought = "prompt_opens_thought"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        language = try values.decodeIfPresent(String.self, forKey: .language)
        part = try values.decodeIfPresent(Part.self, forKey: .part) ?? .thought
        promptOpensThought =
            try values.decodeIfPresent(Bool.self, forKey: .promptOpensThought) ?? false
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(language, forKey: .language)
        try values.encode(part, forKey: .part)
        try values.encode(promptOpensThought, forKey: .promptOpensThought)
    }
}

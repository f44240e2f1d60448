package import GRPOTasks

/// A quarter for each of the four tags that occurs exactly once: a gentler slope towards the
/// format, and easier to exploit, since order and content do not matter.
///
/// Values as in open-r1's `tag_count`, where a tag counts together with the line feeds around it
/// (`<think>\n`, `\n</think>\n`, `\n<answer>\n`, `\n</answer>`).
package struct TagCountReward: RewardFunction, Hashable {
    package static let name = "tag_count"
    package static let summary = "A quarter for each think and answer tag that occurs exactly once."

    /// Whether a tag counts only with its line feeds.
    package var lineFeeds = true

    private enum CodingKeys: String, CodingKey {
        case lineFeeds = "line_feeds"
    }

    package init() {}

    package init(lineFeeds: Bool) {
        self.lineFeeds = lineFeeds
    }

    /// Form alone is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { .value(share(of: $0.text)) }
    }

    /// The reward of one text: 0, 0.25, 0.5, 0.75 or 1.
    package func share(of text: String) -> Double {
        let tags =
            lineFeeds
            ? ["<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>"]
            : ["<think>", "</think>", "<answer>", "</answer>"]
        let bytes = Array(text.utf8)
        let once = tags.filter { ByteSearch.all(Array($0.utf8), in: bytes[...]).count == 1 }
        return Double(once.count) / 4
    }
}

extension TagCountReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        lineFeeds = try values.decodeIfPresent(Bool.self, forKey: .lineFeeds) ?? true
    }
}

package import GRPOTasks

/// The readability of a completion, from 0 to 1: see `Readability` for its formula. A measure for
/// evaluations, though it can be a reward too.
package struct ReadabilityReward: RewardFunction, Hashable {
    package static let name = "readability"
    package static let summary =
        "Formatted and finished, times language consistency, times what is not repetition."

    /// Whether the prompt already ends in `<think>`.
    package var promptOpensThought = false

    private enum CodingKeys: String, CodingKey {
        case promptOpensThought = "prompt_opens_thought"
    }

    package init() {}

    package init(promptOpensThought: Bool) {
        self.promptOpensThought = promptOpensThought
    }

    /// Form alone is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        let readability = Readability(promptOpensThought: promptOpensThought)
        return group.completions.map { .value(readability.value(of: $0, to: group.problem)) }
    }
}

extension ReadabilityReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        promptOpensThought =
            try values.decodeIfPresent(Bool.self, forKey: .promptOpensThought) ?? false
    }
}

// The whole command `grpo` with one more reward. A recipe can now say
//
//     rewards: [accuracy, brevity: {weight: 0.1, limit: 40, when: accuracy}]
import GRPO
import GRPOCommand

/// 1 up to a number of tokens, then less and less: half as much for twice as many.
struct Brevity: RewardFunction {
    static let name = "brevity"
    static let summary = "1 up to a number of tokens, then the limit divided by their number."

    /// The most tokens that cost nothing. A stored property is an option of the recipe; one with
    /// two words would be spelt in snake_case through `CodingKeys`.
    var limit = 60

    init() {}

    /// Found when the recipe is read, with file, line and column.
    func problems() -> [(key: String, message: String)] {
        limit > 0 ? [] : [("limit", "must be above 0, found \(limit)")]
    }

    func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { completion in
            .value(min(1, Double(limit) / Double(max(1, completion.tokenCount))))
        }
    }
}

await GRPOCommand.main(adding: [Brevity.self])

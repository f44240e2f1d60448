/// Bounds of counts that are multiplied with each other and that memory is reserved for: far beyond
/// what fits a machine, and far below where a product overflows.
package enum CountLimit {
    /// Of what one step draws: prompts, completions, documents, pairs; and of steps in a generation.
    package static let perStep = 1 << 16
    /// Of the tokens of a completion, and of the prompts of a whole stage.
    package static let most = 1 << 20

    /// Every count above a bound, by its key.
    package static func problems(
        _ counts: KeyValuePairs<String, Int?>, atMost bound: Int
    ) -> [(key: String, message: String)] {
        counts.compactMap { key, value in
            guard let value, value > bound else { return nil }
            return (key, "must be at most \(bound), found \(value)")
        }
    }
}

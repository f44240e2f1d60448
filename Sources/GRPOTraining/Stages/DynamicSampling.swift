/// Whether groups whose rewards are all equal, and so teach nothing, are replaced by groups of
/// other problems: DAPO's dynamic sampling (arXiv 2503.14476, section 3.2), bounded.
///
/// A round samples as many new problems as there are groups without variance, with random numbers
/// of draw slots of their own; those that have variance take the places of groups without, in
/// order; what is replaced is counted and not saved. What still lacks it after the last round stays,
/// to be treated as `zero_variance_groups` says.
package struct DynamicSampling: Codable, Sendable, Hashable {
    /// Rounds at most in a generation; verl's recipe of DAPO ends after 10 batches.
    package var maxRounds = 10

    package init(maxRounds: Int = 10) {
        self.maxRounds = maxRounds
    }

    private enum CodingKeys: String, CodingKey {
        case maxRounds = "max_rounds"
    }

    package func problems() -> [(key: String, message: String)] {
        (1...1000).contains(maxRounds)
            ? [] : [("max_rounds", "must be 1 to 1000, found \(maxRounds)")]
    }
}

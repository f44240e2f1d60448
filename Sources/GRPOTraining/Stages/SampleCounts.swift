/// What became of the samples of a stage.
package struct SampleCounts: Codable, Sendable, Hashable {
    /// Problems sampled so far.
    package var prompts = 0
    package var completions = 0
    /// Tokens of the completions.
    package var tokens = 0
    package var kept = 0
    /// By reason: the first filter that a completion does not pass, else `ungradable`, `duplicate`
    /// or `max_per_prompt`. They and what was kept add up to the completions.
    package var dropped: [String: Int] = [:]

    package init() {}

    /// The reasons with their counts, the most frequent first, for people.
    package var reasons: String {
        dropped.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}

/// All that a stage that samples needs, beside the rows it has handed over, to go on where it
/// stopped.
package struct SampleState: Codable, Sendable, Hashable {
    /// Steps done.
    package var step = 0
    package var counts = SampleCounts()

    package init() {}
}

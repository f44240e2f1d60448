package import GRPOTasks

/// The shorter of the right answers of a group: Kimi k1.5's length reward (arXiv 2501.12599,
/// section 2.3.3), open-r1's `length`.
///
///     λ_i = 1/2 - (len_i - min len) / (max len - min len)
///     r_i = λ_i where the answer is right, min(0, λ_i) where it is wrong
///     r_i = 0 where all lengths are equal
///
/// Lengths are in tokens, the ending included (open-r1 counts characters); their least and greatest
/// are those of the completions that the verifier can judge, right and wrong. A short wrong answer
/// earns nothing and a long one is punished, so that thinking may only be cut where it succeeds. Kimi
/// begins without it and warms it up, which is a schedule of its weight.
package struct LengthReward: RewardFunction, Hashable {
    package static let name = "length"
    package static let summary =
        "0.5 for the shortest right answer of the group down to -0.5 for the longest answer."

    package init() {}

    /// Form alone is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        let verdicts = group.verified { _, isRight in isRight ? 1 : 0 }
        let judged = zip(group.completions, verdicts).filter { $0.1.value != nil }
        guard let least = judged.map(\.0.tokenCount).min(),
            let most = judged.map(\.0.tokenCount).max()
        else { return verdicts }
        return zip(group.completions, verdicts).map { completion, verdict in
            guard let isRight = verdict.value else { return verdict }
            return .value(
                Self.value(
                    of: completion.tokenCount, in: least...most, isRight: isRight == 1))
        }
    }

    /// The reward of one completion.
    ///
    /// - Parameter lengths: from the shortest to the longest of its group, in tokens.
    package static func value(of length: Int, in lengths: ClosedRange<Int>, isRight: Bool) -> Double
    {
        guard lengths.lowerBound < lengths.upperBound else { return 0 }
        let share =
            Double(length - lengths.lowerBound) / Double(lengths.upperBound - lengths.lowerBound)
        return isRight ? 0.5 - share : min(0, 0.5 - share)
    }
}

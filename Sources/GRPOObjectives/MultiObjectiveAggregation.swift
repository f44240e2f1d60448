/// How the rewards of a completion, each with its weight, become its advantage.
public enum MultiObjectiveAggregation: String, Codable, Sendable, CaseIterable {
    /// One reward, the weighted sum, is compared within its group (GRPO).
    case sumThenNormalize = "sum_then_normalize"
    /// Each reward is compared within its group, and what comes out is summed (GDPO).
    case normalizeThenSum = "normalize_then_sum"
}

/// Why a reward outside of this process has no score for a completion. Each is a visible state with
/// a rate of its own, never a 0: what failed is not what was bad.
public enum RewardFailure: String, Sendable, Codable, Hashable, CaseIterable {
    /// No answer in time.
    case timeout
    /// The program ended, the connection broke, or the other side said that it failed.
    case crash
    /// An answer came and is none: no JSON, the wrong number of scores, a score that is no number.
    case malformed
    /// A score that is infinite or not a number.
    case nonFinite = "non_finite"
}

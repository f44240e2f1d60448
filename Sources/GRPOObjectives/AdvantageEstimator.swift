import Foundation

/// Turns the rewards of a batch of groups into advantages, one per completion.
///
/// For a group of graded rewards `r_1 ... r_n` with mean `m`:
///
///     baseline mean            c_i = r_i - m                                  (DeepSeekMath)
///     baseline leave_one_out   c_i = r_i - mean_{j != i} r_j = n/(n-1) (r_i - m)      (RLOO)
///     baseline none            c_i = r_i                                      (REINFORCE)
///     scale group, batch       A_i = c_i / (s + epsilon), s = the standard deviation of the
///                              graded rewards of the group, or of the whole batch
///     scale none               A_i = c_i                                      (Dr. GRPO)
///
/// Rules that the formulas leave open:
///
/// - An ungradable completion (`nil`, NaN or an infinity) gets advantage 0 and enters neither
///   mean nor standard deviation, so it does not shift its siblings.
/// - A group whose graded rewards are all equal gets exactly 0 under the baselines mean and
///   leave-one-out, whatever the rounding of its mean: the test is `max == min`, never a
///   comparison of a standard deviation with 0. A group of one is such a group.
/// - Where the spread is 0 there is nothing to divide by: with baseline none the values stay
///   unscaled.
///
/// Advantages are not a fixed point: normalising them again changes them unless `ddof` is that of
/// the first pass and `epsilon` is 0. Apply the estimator once, to rewards.
///
/// Sources: arXiv 2402.03300 section 4.1.2; arXiv 2402.14740 (RLOO); arXiv 2503.20783 (Dr. GRPO).
public struct AdvantageEstimator: Sendable, Equatable {
    /// What is subtracted from a reward.
    public enum Baseline: String, Codable, Sendable, CaseIterable {
        /// The mean of the group.
        case mean
        /// The mean of the other completions of the group.
        case leaveOneOut = "leave_one_out"
        /// Nothing.
        case none
    }

    /// Whose standard deviation divides a reward.
    public enum Scale: String, Codable, Sendable, CaseIterable {
        /// That of its own group.
        case group
        /// That of all graded rewards of the batch, around the batch's mean.
        case batch
        /// Nobody's.
        case none
    }

    /// What is subtracted.
    public var baseline: Baseline
    /// What divides.
    public var scale: Scale
    /// Delta degrees of freedom of the standard deviation: 1 divides by `n - 1` (TRL, verl), 0 by
    /// `n` (numpy's default).
    public var ddof: Int
    /// Added to the standard deviation, in units of reward (TRL: 1e-4).
    public var epsilon: Double

    /// An estimator; the defaults are TRL's.
    public init(
        baseline: Baseline = .mean, scale: Scale = .group, ddof: Int = 1, epsilon: Double = 1e-4
    ) {
        precondition(ddof == 0 || ddof == 1, "ddof is 0 or 1, found \(ddof)")
        precondition(epsilon >= 0, "epsilon is at least 0, found \(epsilon)")
        self.baseline = baseline
        self.scale = scale
        self.ddof = ddof
        self.epsilon = epsilon
    }

    /// The advantages of a batch, in the shape of `rewards`.
    ///
    /// - Parameter rewards: one array per group, one reward per completion; `nil` or a non-finite
    ///   number marks an ungradable completion.
    /// - Returns: one advantage per completion, 0 for the ungradable.
    public func advantages(_ rewards: [[Double?]]) -> [[Double]] {
        let batchDeviation = scale == .batch ? deviation(rewards.flatMap(Self.graded)) : 0
        return rewards.map { group in
            guard hasSignal(group) else { return group.map { _ in 0 } }
            let graded = Self.graded(group)
            let centre = baseline == .none ? 0 : Self.mean(graded)
            let divisor = divisor(graded, batchDeviation: batchDeviation)
            let count = Double(graded.count)
            let correction = baseline == .leaveOneOut ? count / (count - 1) : 1
            return group.map { reward in
                guard let reward, reward.isFinite else { return 0 }
                return (reward - centre) * correction / divisor
            }
        }
    }

    /// Whether any completion of the group gets a nonzero advantage: with a baseline, whether two
    /// graded rewards differ; without one, whether a graded reward is not 0.
    public func hasSignal(_ group: [Double?]) -> Bool {
        baseline == .none
            ? Self.graded(group).contains { $0 != 0 } : !Self.isUniform(group)
    }

    /// Whether the graded rewards of the group are all equal, or absent: what the metric
    /// `frac_reward_zero_std` counts.
    public static func isUniform(_ group: [Double?]) -> Bool {
        let graded = graded(group)
        return graded.max() == graded.min()
    }

    private func divisor(_ graded: [Double], batchDeviation: Double) -> Double {
        let spread: Double
        switch scale {
        case .none: return 1
        case .group: spread = deviation(graded)
        case .batch: spread = batchDeviation
        }
        return spread == 0 ? 1 : spread + epsilon
    }

    /// The standard deviation in two passes (the difference of mean square and squared mean would
    /// leave a residue of rounding), exactly 0 where all values are equal.
    func deviation(_ values: [Double]) -> Double {
        guard let least = values.min(), let most = values.max(), least != most else { return 0 }
        let centre = Self.mean(values)
        let squares = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
        return (squares / Double(values.count - ddof)).squareRoot()
    }

    private static func graded(_ group: [Double?]) -> [Double] {
        group.compactMap { $0 }.filter(\.isFinite)
    }

    static func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }
}

import Foundation

/// How the importance ratio `rho` weighs an advantage `A`: the surrogate `J` that is maximised.
///
///     clip    J = min(rho A, clip(rho, 1 - low, 1 + high) A)
///             with a dual clip delta, rho in the first product is at most delta: it binds for
///             A < 0 only, where min would let a large ratio through unbounded
///     cispo   J = sg(min(rho, maximum)) A log pi       (sg: no gradient through the weight)
///     none    J = rho A
///
/// Gradients by `log rho`: `rho A` where the unclipped product is chosen, 0 where a bound is.
/// A ratio exactly on a bound counts as inside. CISPO's gradient goes to `log pi` directly and
/// never vanishes. On policy (`rho = 1`) all three have the gradient `A`; the value of clip and
/// none is `A` there, not 0: a reported loss of 0 does not mean that nothing is learned.
///
/// `low >= 1` never binds (R1's epsilon 10: one-sided clip at 11). `log rho` is clamped to
/// `[-20, 20]`, with gradient 0 beyond.
///
/// Sources: PPO, arXiv 1707.06347; two epsilons, DAPO, arXiv 2503.14476 section 3.1; dual clip, arXiv
/// 1912.09729; CISPO, arXiv 2506.13585 section 3.1.
public enum WeightFunction: Sendable, Equatable {
    /// PPO's clip with its two epsilons and an optional dual clip, `dual > 1 + high`.
    case clip(low: Double, high: Double, dual: Double? = nil)
    /// CISPO's truncated weight; `maximum` caps the ratio itself.
    case cispo(maximum: Double)
    /// Plain importance sampling.
    case none

    /// A bound that took the gradient (clip) or capped the weight (CISPO).
    enum Bound { case low, high }

    /// The surrogate of one token (or of one completion, at sequence level) and its derivatives.
    struct Surrogate {
        /// `J`.
        var value: Double
        /// `dJ / d log rho`.
        var dLogRatio: Double
        /// `dJ / d log pi` that does not pass through the ratio.
        var dLogProbability: Double = 0
        /// What TRL's clip_ratio metrics count.
        var bound: Bound?
    }

    func surrogate(logRatio: Double, logProbability: Double, advantage: Double) -> Surrogate {
        let clamped = LogRatio.clamp(logRatio)
        let ratio = exp(clamped.value)
        let open = Surrogate(value: ratio * advantage, dLogRatio: clamped.slope * ratio * advantage)
        switch self {
        case .none:
            return open
        case .clip(let low, let high, let dual):
            if advantage > 0, ratio > 1 + high {
                return Surrogate(value: (1 + high) * advantage, dLogRatio: 0, bound: .high)
            }
            if advantage < 0, ratio < 1 - low {
                return Surrogate(value: (1 - low) * advantage, dLogRatio: 0, bound: .low)
            }
            if advantage < 0, let dual, ratio > dual {
                return Surrogate(value: dual * advantage, dLogRatio: 0)
            }
            return open
        case .cispo(let maximum):
            let weight = min(ratio, maximum) * advantage
            return Surrogate(
                value: weight * logProbability, dLogRatio: 0, dLogProbability: weight,
                bound: ratio > maximum && advantage > 0 ? .high : nil)
        }
    }
}

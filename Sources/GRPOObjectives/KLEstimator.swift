import Foundation

/// Estimators of KL(pi || ref) from the log-probability of one sampled token, in nats.
///
/// With `d = log ref - log pi`:
///
///     estimator   value             d value / d log pi     expected gradient, tokens from pi
///     k1          -d                1                      0: no force at all
///     k2          d^2 / 2           -d                     grad KL(pi || ref), unbiased
///     k3          e^d - d - 1       1 - e^d                grad KL(ref || pi): the other KL
///     k3+         e^d - d - 1       -d                     grad KL(pi || ref), unbiased
///     unbiased    rho (e^d - d - 1) -rho d                 grad KL(pi || ref), unbiased, also
///                                                          where tokens come from an older policy
///
/// "Expected gradient" is that of the per-token loss; in the loss `k1` therefore does nothing but
/// add noise. As a *value* k1, k3 and `unbiased` have expectation KL(pi || ref); k2 has not. In
/// the reward only values matter and `k1` is the exact choice (RLOO).
///
/// `rho = pi / old` is the token's own ratio at either ratio level; its derivative is included.
///
/// Overflow: in k3, k3+ and `unbiased` the exponent is clamped, `e^min(max(d, -20), 20)`, value
/// and linear term alike. Outside, the value is constant and its derivative 0 (k3+ keeps `-d`).
/// k1 and k2 need no clamp.
///
/// Sources: Schulman, "Approximating KL divergence" (2020); arXiv 2402.03300 eq. 4 (k3 in the
/// loss); arXiv 2512.02556 (the unbiased form, DeepSeek-V3.2). `k3+` takes value and gradient from
/// different estimators ("straight through").
public enum KLEstimator: String, Codable, Sendable, CaseIterable {
    /// The log-ratio itself.
    case k1
    /// Half its square.
    case k2
    /// Positive and of low variance.
    case k3
    /// The value of k3 with the gradient of k2.
    case k3StraightThrough = "k3+"
    /// k3 weighted by the importance ratio.
    case unbiased

    /// The value and its derivative by `logProbability`, for one token.
    ///
    /// - Parameters:
    ///   - logProbability: `log pi` of the sampled token, nats.
    ///   - reference: `log ref` of the same token.
    ///   - old: `log old` of the same token; read by ``unbiased`` alone.
    public func callAsFunction(
        logProbability: Double, reference: Double, old: Double
    ) -> (value: Double, dLogProbability: Double) {
        let d = reference - logProbability
        let clamped = LogRatio.clamp(d)
        // exp(d) - 1 keeps its digits near d = 0, where e^d - d - 1 is of the order d^2 / 2.
        let growth = expm1(clamped.value)
        switch self {
        case .k1: return (-d, 1)
        case .k2: return (d * d / 2, -d)
        case .k3: return (growth - clamped.value, -growth * clamped.slope)
        case .k3StraightThrough: return (growth - clamped.value, -d)
        case .unbiased:
            let ratio = LogRatio.clamp(logProbability - old)
            let rho = exp(ratio.value)
            let k3 = growth - clamped.value
            return (rho * k3, rho * (ratio.slope * k3 - clamped.slope * growth))
        }
    }
}

/// The KL term: which estimator, how strong, and where it enters.
public struct KLPenalty: Sendable, Equatable {
    /// Where the KL enters.
    public enum Place: String, Codable, Sendable, CaseIterable {
        /// Added to the loss of every token (GRPO).
        case loss
        /// Subtracted from the reward of a completion, before advantages (RLOO).
        case reward
    }

    /// The estimator.
    public var estimator: KLEstimator
    /// The coefficient; 0 means that no reference policy is needed.
    public var beta: Double
    /// Loss or reward.
    public var place: Place

    /// A KL term; by default none.
    public init(estimator: KLEstimator = .k3, beta: Double = 0, place: Place = .loss) {
        precondition(beta >= 0, "beta is at least 0, found \(beta)")
        self.estimator = estimator
        self.beta = beta
        self.place = place
    }

    /// What a completion's reward loses: `beta * sum_t k(log pi_t, log ref_t)`, 0 unless the KL is
    /// in the reward. It is taken at the sampling policy, where the ratio is 1.
    ///
    /// - Parameters:
    ///   - logProbabilities: those recorded at sampling, one per token of the completion.
    ///   - reference: the reference policy's, of the same tokens.
    public func rewardPenalty(logProbabilities: [Double], reference: [Double]) -> Double {
        precondition(
            logProbabilities.count == reference.count,
            "\(logProbabilities.count) log-probabilities against \(reference.count) of the reference"
        )
        guard place == .reward, beta != 0 else { return 0 }
        let sum = zip(logProbabilities, reference).reduce(0.0) { sum, pair in
            sum + estimator(logProbability: pair.0, reference: pair.1, old: pair.0).value
        }
        return beta * sum
    }

    /// Whether the loss holds this term.
    var isInLoss: Bool { place == .loss && beta != 0 }
}

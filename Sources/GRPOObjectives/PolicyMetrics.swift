/// Sums over completions from which a step's metrics follow exactly, however the step was cut
/// into micro-batches: add the parts with `+=`, then read ``values``.
///
/// Ratios and clip fractions count tokens at token level and completions at sequence level, as
/// TRL does. Completions that are excluded count nowhere.
public struct PolicyMetrics: Sendable, Equatable {
    /// Tokens and completions that took part.
    public var tokens = 0
    /// Completions that took part.
    public var sequences = 0
    /// The loss; a sum of shares.
    public var loss = 0.0
    /// The loss before the entropy bonus, with the KL: TRL's policy_loss.
    public var policyLoss = 0.0

    /// Sum over tokens of the KL estimator's values, where there is a reference.
    public var kl: Double?
    /// Sum over tokens, where entropies were given.
    public var entropy: Double?

    /// How many ratios were taken.
    public var ratios = 0
    /// Their sum.
    public var ratioSum = 0.0
    /// The least.
    public var ratioMin = Double.infinity
    /// The greatest.
    public var ratioMax = -Double.infinity
    /// Sum over tokens of `|log pi - log old|`.
    public var differenceSum = 0.0
    /// The greatest such difference.
    public var differenceMax = 0.0

    /// Ratios below `1 - low` with a negative advantage.
    public var clippedLow = 0.0
    /// Ratios above `1 + high` (CISPO: above the cap) with a positive advantage.
    public var clippedHigh = 0.0
    /// The least share of low-clipped ratios in a completion.
    public var clippedLowMin = Double.infinity
    /// The greatest share of high-clipped ratios in a completion.
    public var clippedHighMax = -Double.infinity
    /// Which weight function was counted.
    public var clipping = Clipping.none

    /// The kind of clip fraction to report.
    public enum Clipping: Sendable, Equatable {
        /// None: there is no bound.
        case none
        /// TRL's clip_ratio/... .
        case region
        /// TRL's cispo_clip_ratio.
        case cispo
    }

    /// Nothing counted yet.
    public init() {}

    /// Adds the sums of another micro-batch of the same step.
    public static func += (a: inout PolicyMetrics, b: PolicyMetrics) {
        a.tokens += b.tokens
        a.sequences += b.sequences
        a.loss += b.loss
        a.policyLoss += b.policyLoss
        a.kl = sum(a.kl, b.kl)
        a.entropy = sum(a.entropy, b.entropy)
        a.ratios += b.ratios
        a.ratioSum += b.ratioSum
        a.ratioMin = min(a.ratioMin, b.ratioMin)
        a.ratioMax = max(a.ratioMax, b.ratioMax)
        a.differenceSum += b.differenceSum
        a.differenceMax = max(a.differenceMax, b.differenceMax)
        a.clippedLow += b.clippedLow
        a.clippedHigh += b.clippedHigh
        a.clippedLowMin = min(a.clippedLowMin, b.clippedLowMin)
        a.clippedHighMax = max(a.clippedHighMax, b.clippedHighMax)
        if a.clipping == .none { a.clipping = b.clipping }
    }

    /// The step's metrics under TRL's names. What was not measured, or has nothing to count, is
    /// absent. Log-probabilities in nats, `..._ratio` and `clip_ratio/...` as fractions.
    public var values: [String: Double] {
        var values = ["loss": loss, "policy_loss": policyLoss]
        guard tokens > 0, ratios > 0 else { return values }
        let tokens = Double(tokens)
        let ratios = Double(ratios)
        values["kl"] = kl.map { $0 / tokens }
        values["entropy"] = entropy.map { $0 / tokens }
        values["sampling/importance_sampling_ratio/min"] = ratioMin
        values["sampling/importance_sampling_ratio/mean"] = ratioSum / ratios
        values["sampling/importance_sampling_ratio/max"] = ratioMax
        values["sampling/sampling_logp_difference/mean"] = differenceSum / tokens
        values["sampling/sampling_logp_difference/max"] = differenceMax
        switch clipping {
        case .none: break
        case .cispo:
            values["cispo_clip_ratio"] = clippedHigh / ratios
        case .region:
            values["clip_ratio/low_mean"] = clippedLow / ratios
            values["clip_ratio/low_min"] = clippedLowMin
            values["clip_ratio/high_mean"] = clippedHigh / ratios
            values["clip_ratio/high_max"] = clippedHighMax
            values["clip_ratio/region_mean"] = (clippedLow + clippedHigh) / ratios
        }
        return values
    }

    private static func sum(_ a: Double?, _ b: Double?) -> Double? {
        guard let a else { return b }
        return a + (b ?? 0)
    }
}

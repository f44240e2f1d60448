/// Of what the importance ratio is taken.
public enum RatioLevel: String, Codable, Sendable, CaseIterable {
    /// One ratio per token, `rho_t = pi(o_t) / old(o_t)` (PPO, GRPO).
    case token
    /// One ratio per completion, the length-normalised root of the product (GSPO):
    ///
    ///     s = (pi(o) / old(o))^(1/|o|) = exp(mean_t (log pi(o_t) - log old(o_t)))
    ///
    /// Its gradient is shared equally: `ds / d log pi(o_t) = s / |o|`. arXiv 2507.18071 eq. 7.
    case sequence
}

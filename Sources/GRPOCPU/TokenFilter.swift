import GRPOTensors

/// Draws from what top-k, top-p and min-p leave of a distribution.
///
/// Tokens are ranked by probability, ties by id. The rank ends at k tokens, where the mass before a
/// token has reached top-p, or where a token is less than min-p times as probable as the first.
struct TokenFilter {
    private let sampling: Sampling

    init(_ sampling: Sampling) {
        self.sampling = sampling
    }

    /// - Parameter scores: logits over the temperature.
    func draw(_ scores: [Float], uniform: Double) -> Int {
        let largest = scores.max() ?? 0
        let weights = scores.map { Scalar.exp(Double($0) - Double(largest)) }
        let total = weights.reduce(0, +)
        let kept = kept(weights, total: total)
        let mass = kept.reduce(0) { $0 + weights[$1] }
        let ordered = kept.sorted()
        var sum = 0.0
        for token in ordered {
            sum += weights[token]
            if sum > uniform * mass { return token }
        }
        return ordered.last ?? 0
    }

    /// Most of the mass lies in few tokens, so those alone are ranked first, and all only where
    /// they do not decide.
    private func kept(_ weights: [Double], total: Double) -> [Int] {
        for bound in [1e-3, 1e-6] {
            let likely = weights.indices.filter { weights[$0] >= bound }
            if let kept = kept(weights, among: likely, total: total) { return kept }
        }
        let all = weights.indices.filter { weights[$0] >= 0 }
        return kept(weights, among: all, total: total) ?? all
    }

    /// The first tokens of the ranking of `candidates`, or nil where it ends before they do.
    private func kept(
        _ weights: [Double], among candidates: [Int], total: Double
    ) -> [Int]? {
        let ranked = candidates.sorted { (weights[$0], -$0) > (weights[$1], -$1) }
        var mass = 0.0
        for (rank, token) in ranked.enumerated() {
            let full =
                (sampling.topK > 0 && rank >= sampling.topK)
                || (rank > 0 && (mass >= sampling.topP * total || weights[token] < sampling.minP))
            if full { return Array(ranked[..<rank]) }
            mass += weights[token]
        }
        let complete =
            (sampling.topK > 0 && ranked.count >= sampling.topK)
            || mass >= sampling.topP * total || ranked.count == weights.count
        return complete ? ranked : nil
    }
}

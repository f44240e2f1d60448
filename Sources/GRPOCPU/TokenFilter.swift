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

    /// - Parameters:
    ///   - scores: logits over the temperature.
    ///   - statistics: of the same numbers.
    func draw(_ scores: [Float], _ statistics: RowStatistics, uniform: Double) -> Int {
        let kept = kept(scores, statistics).sorted { $0.token < $1.token }
        let mass = kept.reduce(0) { $0 + $1.weight }
        var sum = 0.0
        for candidate in kept {
            sum += candidate.weight
            if sum > uniform * mass { return candidate.token }
        }
        return kept.last?.token ?? 0
    }

    /// A token and exp(score - largest score).
    private struct Candidate {
        let token: Int
        let weight: Double
    }

    /// Most of the mass lies in few tokens, so those alone are exponentiated and ranked first, and
    /// all only where they do not decide.
    private func kept(_ scores: [Float], _ statistics: RowStatistics) -> [Candidate] {
        for bound in [1e-3, 1e-6] {
            let least = Float(statistics.max + Scalar.log(bound))
            let likely = candidates(scores, statistics) { $0 >= least }
            if let kept = kept(likely, all: false, total: statistics.sum) { return kept }
        }
        let all = candidates(scores, statistics) { $0 == $0 }
        return kept(all, all: true, total: statistics.sum) ?? all
    }

    private func candidates(
        _ scores: [Float], _ statistics: RowStatistics, _ isOne: (Float) -> Bool
    ) -> [Candidate] {
        var candidates: [Candidate] = []
        for (token, score) in scores.enumerated() where isOne(score) {
            candidates.append(
                Candidate(token: token, weight: Scalar.exp(Double(score) - statistics.max)))
        }
        return candidates
    }

    /// The first tokens of the ranking of `candidates`, or nil where it ends before they do.
    private func kept(_ candidates: [Candidate], all: Bool, total: Double) -> [Candidate]? {
        let ranked = candidates.sorted { ($0.weight, -$0.token) > ($1.weight, -$1.token) }
        var mass = 0.0
        for (rank, candidate) in ranked.enumerated() {
            let full =
                (sampling.topK > 0 && rank >= sampling.topK)
                || (rank > 0
                    && (reaches(mass, total) || candidate.weight < sampling.minP))
            if full { return Array(ranked[..<rank]) }
            mass += candidate.weight
        }
        let complete =
            (sampling.topK > 0 && ranked.count >= sampling.topK)
            || reaches(mass, total) || all
        return complete ? ranked : nil
    }

    /// The total is summed in float32, so a top-p of 1 must not be compared with it.
    private func reaches(_ mass: Double, _ total: Double) -> Bool {
        sampling.topP < 1 && mass >= sampling.topP * total
    }
}

/// The loss of a reward model on preference pairs: Bradley and Terry's, as InstructGPT states it
/// (Ouyang et al. 2022, arXiv 2203.02155, equation 1).
///
///     loss = - mean log σ(s_chosen - s_rejected - margin)
///            + c · mean (s_chosen + s_rejected)²
///
/// Only differences of scores enter the first line, so that it leaves their zero open; the second
/// (Eisenstein et al. 2023, arXiv 2312.09244, equation 2) draws it to the middle of a pair. Means
/// are over the pairs of the whole step, so micro-batches may be cut anywhere between pairs.
public struct ScoreObjective: Sendable, Equatable {
    /// c; 0 leaves the zero open.
    public var centerRewardsCoefficient: Double

    /// An objective; the default is TRL's.
    public init(centerRewardsCoefficient: Double = 0) {
        self.centerRewardsCoefficient = centerRewardsCoefficient
    }

    /// The share of one micro-batch in the step's loss, with its gradients and metric sums.
    ///
    /// - Parameters:
    ///   - chosen: the score of every pair's preferred completion. [pairs]
    ///   - rejected: that of the other one. [pairs]
    ///   - margins: by how much the first is to win, 0 where absent (Touvron et al. 2023, arXiv
    ///     2307.09288, equation 2). [pairs]
    ///   - count: the pairs of the whole step; `nil` means that these are all.
    public func evaluate(
        chosen: [Double], rejected: [Double], margins: [Double]? = nil, of count: Int? = nil
    ) -> ScoreLoss {
        precondition(
            chosen.count == rejected.count && chosen.count == margins?.count ?? chosen.count,
            """
            \(chosen.count) chosen scores, \(rejected.count) rejected, \
            \(margins?.count ?? chosen.count) margins
            """)
        let count = count ?? chosen.count
        precondition(
            chosen.count <= count, "the micro-batch has \(chosen.count) pairs, the step \(count)")
        var result = ScoreLoss(loss: 0, dChosen: [], dRejected: [], metrics: ScoreMetrics())
        for pair in chosen.indices {
            let difference = chosen[pair] - rejected[pair] - (margins?[pair] ?? 0)
            let sum = chosen[pair] + rejected[pair]
            let slope = LogSigmoid.slope(difference) / Double(count)
            let pull = 2 * centerRewardsCoefficient * sum / Double(count)
            result.loss +=
                (centerRewardsCoefficient * sum * sum - LogSigmoid.value(difference))
                / Double(count)
            result.dChosen.append(pull - slope)
            result.dRejected.append(pull + slope)
            result.metrics.add(chosen: chosen[pair], rejected: rejected[pair])
        }
        result.metrics.loss = result.loss
        return result
    }
}

/// What a score objective makes of a micro-batch.
public struct ScoreLoss: Sendable, Equatable {
    /// This micro-batch's share of the step's loss; the shares of all micro-batches sum to it.
    public var loss: Double
    /// `d loss / d chosen`. [pairs]
    public var dChosen: [Double]
    /// `d loss / d rejected`. [pairs]
    public var dRejected: [Double]
    /// Sums for the step's metrics.
    public var metrics: ScoreMetrics
}

/// The loss of a policy on preference pairs, without a reward model.
///
/// With r = Σ_t (log pi_t - log ref_t) over a completion, |y| its tokens, and
/// z = β (r_chosen - r_rejected):
///
///     sigmoid   - (1 - ε) log σ(z) - ε log σ(-z)
///     robust   (- (1 - ε) log σ(z) + ε log σ(-z)) / (1 - 2ε)
///     hinge     max(0, 1 - z)
///     ipo       (r_chosen / |chosen| - r_rejected / |rejected| - 1 / 2β)²
///
/// The loss is the mean over the pairs of the whole step, so micro-batches may be cut anywhere
/// between pairs. Where the policy is the reference, z is 0 and the loss of `sigmoid` log 2.
///
/// TRL gives `label_smoothing` no effect on `sigmoid`; here it is the conservative loss of DPO's
/// authors.
public struct PreferenceObjective: Sendable, Equatable {
    /// What is made of a pair.
    public var lossType: PreferenceLossType
    /// β: how dear it is to leave the reference.
    public var beta: Double
    /// ε: the share of pairs that may be labelled the wrong way round; below 1/2.
    public var labelSmoothing: Double

    /// An objective; the defaults are TRL's.
    public init(
        lossType: PreferenceLossType = .sigmoid, beta: Double = 0.1, labelSmoothing: Double = 0
    ) {
        self.lossType = lossType
        self.beta = beta
        self.labelSmoothing = labelSmoothing
    }

    /// The share of one micro-batch in the step's loss, with its gradient and metric sums.
    public func evaluate(_ batch: PreferenceBatch) -> PreferenceLoss {
        batch.checkShapes()
        var result = PreferenceLoss(
            loss: 0,
            dLogProbabilities: [Double](repeating: 0, count: batch.logProbabilities.count),
            metrics: PreferenceMetrics())
        for (chosen, rejected) in zip(batch.chosen, batch.rejected) {
            let ratios = (
                chosen: batch.logRatio(of: chosen), rejected: batch.logRatio(of: rejected)
            )
            let term = term(
                chosen: ratios.chosen, of: chosen.count, rejected: ratios.rejected,
                of: rejected.count)
            let weight = 1 / Double(batch.pairs)
            result.loss += weight * term.value
            for t in chosen { result.dLogProbabilities[t] += weight * term.dChosen }
            for t in rejected { result.dLogProbabilities[t] += weight * term.dRejected }
            result.metrics.add(
                rewards: (beta * ratios.chosen, beta * ratios.rejected),
                logProbabilities: (
                    batch.logProbability(of: chosen), batch.logProbability(of: rejected)
                ))
        }
        result.metrics.loss = result.loss
        return result
    }

    /// The loss of a pair and its slopes by both log-ratios.
    private func term(
        chosen: Double, of chosenTokens: Int, rejected: Double, of rejectedTokens: Int
    ) -> (value: Double, dChosen: Double, dRejected: Double) {
        let z = beta * (chosen - rejected)
        let (right, wrong) = (LogSigmoid.value(z), LogSigmoid.value(-z))
        let (dRight, dWrong) = (LogSigmoid.slope(z), -LogSigmoid.slope(-z))
        let smoothing = labelSmoothing
        switch lossType {
        case .sigmoid:
            let slope = -beta * ((1 - smoothing) * dRight + smoothing * dWrong)
            return (-(1 - smoothing) * right - smoothing * wrong, slope, -slope)
        case .robust:
            let scale = 1 - 2 * smoothing
            let slope = beta * (smoothing * dWrong - (1 - smoothing) * dRight) / scale
            return ((smoothing * wrong - (1 - smoothing) * right) / scale, slope, -slope)
        case .hinge:
            return z < 1 ? (1 - z, -beta, beta) : (0, 0, 0)
        case .ipo:
            let distance =
                chosen / Double(chosenTokens) - rejected / Double(rejectedTokens) - 1 / (2 * beta)
            return (
                distance * distance, 2 * distance / Double(chosenTokens),
                -2 * distance / Double(rejectedTokens)
            )
        }
    }
}

/// The loss of a reward model that judges every completion by itself, from labels: binary logistic
/// regression, whose score is the logarithm of the odds that a completion is good.
///
///     loss = - mean ( y log σ(s) + (1 - y) log σ(-s) ),   d loss / d s = (σ(s) - y) / n
///
/// The R1 report trains its safety model so, on responses labelled safe or unsafe (Nature 645,
/// Methods: "point-wise"). Unlike Bradley and Terry's loss, it fixes the zero of the scores, so that
/// σ(s) is a probability. The mean is over the completions of the whole step, so micro-batches may
/// be cut anywhere.
public struct LabelObjective: Sendable, Equatable {
    /// The objective; it has no settings.
    public init() {}

    /// The share of one micro-batch in the step's loss, with its gradient and metric sums.
    ///
    /// - Parameters:
    ///   - scores: of every completion. [completions]
    ///   - labels: whether it is good. [completions]
    ///   - count: the completions of the whole step; `nil` means that these are all.
    public func evaluate(scores: [Double], labels: [Bool], of count: Int? = nil) -> LabelLoss {
        precondition(
            scores.count == labels.count, "\(scores.count) scores, \(labels.count) labels")
        let count = count ?? scores.count
        precondition(
            scores.count <= count,
            "the micro-batch has \(scores.count) completions, the step \(count)")
        var result = LabelLoss(loss: 0, dScores: [], metrics: LabelMetrics())
        for (score, label) in zip(scores, labels) {
            // The score of the label's side: both cases are one.
            let sign: Double = label ? 1 : -1
            result.loss -= LogSigmoid.value(sign * score) / Double(count)
            result.dScores.append(-sign * LogSigmoid.slope(sign * score) / Double(count))
            result.metrics.add(score, label: label)
        }
        result.metrics.loss = result.loss
        return result
    }

    /// σ(s): the probability that a completion of this score is good.
    public static func probability(of score: Double) -> Double { LogSigmoid.slope(-score) }
}

/// What a label objective makes of a micro-batch.
public struct LabelLoss: Sendable, Equatable {
    /// This micro-batch's share of the step's loss; the shares of all micro-batches sum to it.
    public var loss: Double
    /// `d loss / d scores`. [completions]
    public var dScores: [Double]
    /// Sums for the step's metrics.
    public var metrics: LabelMetrics
}

/// Sums over preference pairs from which a step's metrics follow exactly, however the step was cut
/// into micro-batches: add the parts with `+=`, then read ``values``.
///
/// A completion's reward is β times its log-ratio to the reference (arXiv 2305.18290, section 4).
public struct PreferenceMetrics: Sendable, Equatable {
    /// Pairs counted.
    public var pairs = 0
    /// The loss; a sum of shares.
    public var loss = 0.0
    /// Pairs whose preferred completion has the higher reward; equal rewards are none.
    public var correct = 0
    /// Sum of the rewards of the preferred completions.
    public var chosenRewards = 0.0
    /// Sum of those of the others.
    public var rejectedRewards = 0.0
    /// Sum of the log-probabilities of the preferred completions, in nats.
    public var chosenLogProbabilities = 0.0
    /// Sum of those of the others.
    public var rejectedLogProbabilities = 0.0

    /// Nothing counted yet.
    public init() {}

    mutating func add(
        rewards: (chosen: Double, rejected: Double),
        logProbabilities: (chosen: Double, rejected: Double)
    ) {
        pairs += 1
        if rewards.chosen > rewards.rejected { correct += 1 }
        chosenRewards += rewards.chosen
        rejectedRewards += rewards.rejected
        chosenLogProbabilities += logProbabilities.chosen
        rejectedLogProbabilities += logProbabilities.rejected
    }

    /// Adds the sums of another micro-batch of the same step.
    public static func += (a: inout PreferenceMetrics, b: PreferenceMetrics) {
        a.pairs += b.pairs
        a.loss += b.loss
        a.correct += b.correct
        a.chosenRewards += b.chosenRewards
        a.rejectedRewards += b.rejectedRewards
        a.chosenLogProbabilities += b.chosenLogProbabilities
        a.rejectedLogProbabilities += b.rejectedLogProbabilities
    }

    /// The step's metrics under TRL's names, in the order in which they are written.
    public var values: [(name: String, value: Double)] {
        let pairs = Double(max(1, pairs))
        return [
            ("loss", loss), ("rewards/chosen", chosenRewards / pairs),
            ("rewards/rejected", rejectedRewards / pairs),
            ("rewards/accuracies", Double(correct) / pairs),
            ("rewards/margins", (chosenRewards - rejectedRewards) / pairs),
            ("logps/chosen", chosenLogProbabilities / pairs),
            ("logps/rejected", rejectedLogProbabilities / pairs),
        ]
    }
}

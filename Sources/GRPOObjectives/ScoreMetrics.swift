/// Sums over preference pairs from which a reward model's metrics follow exactly, however the step
/// was cut into micro-batches: add the parts with `+=`, then read ``values``.
public struct ScoreMetrics: Sendable, Equatable {
    /// Pairs counted.
    public var pairs = 0
    /// The loss; a sum of shares.
    public var loss = 0.0
    /// Pairs whose preferred completion has the higher score; equal scores are none.
    public var correct = 0
    /// Sum over pairs of chosen less rejected.
    public var marginSum = 0.0
    /// Sum of all scores.
    public var rewardSum = 0.0
    /// The lowest score.
    public var rewardMin = Double.infinity
    /// The highest score.
    public var rewardMax = -Double.infinity

    /// Nothing counted yet.
    public init() {}

    mutating func add(chosen: Double, rejected: Double) {
        pairs += 1
        if chosen > rejected { correct += 1 }
        marginSum += chosen - rejected
        rewardSum += chosen + rejected
        rewardMin = min(rewardMin, chosen, rejected)
        rewardMax = max(rewardMax, chosen, rejected)
    }

    /// Adds the sums of another micro-batch of the same step.
    public static func += (a: inout ScoreMetrics, b: ScoreMetrics) {
        a.pairs += b.pairs
        a.loss += b.loss
        a.correct += b.correct
        a.marginSum += b.marginSum
        a.rewardSum += b.rewardSum
        a.rewardMin = min(a.rewardMin, b.rewardMin)
        a.rewardMax = max(a.rewardMax, b.rewardMax)
    }

    /// The step's metrics under TRL's names, in the order in which they are written.
    public var values: [(name: String, value: Double)] {
        let pairs = Double(max(1, pairs))
        return [
            ("loss", loss), ("accuracy", Double(correct) / pairs), ("margin", marginSum / pairs),
            ("min_reward", rewardMin), ("mean_reward", rewardSum / (2 * pairs)),
            ("max_reward", rewardMax),
        ]
    }
}

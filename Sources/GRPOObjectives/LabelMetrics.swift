/// Sums over labelled completions from which a pointwise reward model's metrics follow exactly,
/// however the step was cut into micro-batches: add the parts with `+=`, then read ``values``.
public struct LabelMetrics: Sendable, Equatable {
    /// Completions counted.
    public var completions = 0
    /// The loss; a sum of shares.
    public var loss = 0.0
    /// Completions whose score has the sign of their label; 0 has none.
    public var correct = 0
    /// Sum of all scores.
    public var rewardSum = 0.0
    /// The lowest score.
    public var rewardMin = Double.infinity
    /// The highest score.
    public var rewardMax = -Double.infinity

    /// Nothing counted yet.
    public init() {}

    mutating func add(_ score: Double, label: Bool) {
        completions += 1
        if label ? score > 0 : score < 0 { correct += 1 }
        rewardSum += score
        rewardMin = min(rewardMin, score)
        rewardMax = max(rewardMax, score)
    }

    /// Adds the sums of another micro-batch of the same step.
    public static func += (a: inout LabelMetrics, b: LabelMetrics) {
        a.completions += b.completions
        a.loss += b.loss
        a.correct += b.correct
        a.rewardSum += b.rewardSum
        a.rewardMin = min(a.rewardMin, b.rewardMin)
        a.rewardMax = max(a.rewardMax, b.rewardMax)
    }

    /// The step's metrics, those of ``ScoreMetrics`` that a single completion has.
    public var values: [(name: String, value: Double)] {
        let count = Double(max(1, completions))
        return [
            ("loss", loss), ("accuracy", Double(correct) / count), ("min_reward", rewardMin),
            ("mean_reward", rewardSum / count), ("max_reward", rewardMax),
        ]
    }
}

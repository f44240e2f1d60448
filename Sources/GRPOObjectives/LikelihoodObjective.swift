/// The loss of supervised training: the mean negative log-likelihood, in nats.
///
///     loss = - sum_t w_t log pi_t        d loss / d log pi_t = -w_t
///
/// With the token mean `w_t = 1 / tokens of the step's batch`, which is what pretraining and
/// supervised fine-tuning minimise; the other aggregations weigh sequences as they do in
/// ``PolicyObjective``. Its gradient is that of a policy objective on policy with advantage 1.
public struct LikelihoodObjective: Sendable, Equatable {
    /// How tokens are weighed.
    public var aggregation: Aggregation

    /// By default every token weighs the same.
    public init(aggregation: Aggregation = .tokenMean) {
        self.aggregation = aggregation
    }

    /// The share of one micro-batch in the step's loss, and its gradient.
    ///
    /// - Parameters:
    ///   - logProbabilities: of the target tokens. [tokens]
    ///   - sequences: ranges into them; tokens in no range are ignored.
    ///   - normalizer: the counts of the whole step's batch; `nil` means that this is all of it.
    public func evaluate(
        logProbabilities: [Double], sequences: [Range<Int>], normalizer: Normalizer? = nil
    ) -> (loss: Double, dLogProbabilities: [Double]) {
        let normalizer = normalizer ?? Normalizer(lengths: sequences.map(\.count))
        var loss = 0.0
        var dLogProbabilities = [Double](repeating: 0, count: logProbabilities.count)
        for range in sequences where !range.isEmpty {
            precondition(
                range.lowerBound >= 0 && range.upperBound <= logProbabilities.count,
                "sequence \(range) lies outside the \(logProbabilities.count) tokens")
            let weight = aggregation.tokenWeight(length: range.count, normalizer: normalizer)
            var sum = 0.0
            for t in range {
                sum += logProbabilities[t]
                dLogProbabilities[t] -= weight
            }
            loss -= weight * sum
        }
        return (loss, dLogProbabilities)
    }
}

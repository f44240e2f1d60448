package import GRPOObjectives

/// How far the trainer's log-probabilities are from the sampler's, in nats.
package struct SamplingDifference: Sendable, Equatable {
    /// The tokens compared.
    package private(set) var tokens = 0
    private var sum = 0.0
    /// The largest.
    package private(set) var max = 0.0

    package init() {}

    package mutating func add(_ logProbabilities: [Double], sampled: [Double]) {
        for (own, sampled) in zip(logProbabilities, sampled) {
            sum += abs(own - sampled)
            max = Swift.max(max, abs(own - sampled))
        }
        tokens += sampled.count
    }

    /// The step's metrics with these tokens counted among those of the update.
    package func values(with sums: PolicyMetrics) -> [String: Double] {
        var values = sums.values
        guard tokens > 0 else { return values }
        values["sampling/sampling_logp_difference/mean"] =
            (sum + sums.differenceSum) / Double(tokens + sums.tokens)
        values["sampling/sampling_logp_difference/max"] = Swift.max(max, sums.differenceMax)
        return values
    }
}

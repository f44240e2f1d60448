import GRPOTraining

/// An arm less the reference, seed by seed: what both have in common, the seed's problems and noise,
/// falls out.
package struct PairedDifference: Sendable, Equatable {
    /// Of each seed that both have.
    package let values: [Double]
    package let mean: Double
    /// Student's, of 95%; nil of a single seed.
    package let interval: ClosedRange<Double>?
    /// Two-sided, of no difference; nil of a single seed, and of seeds that agree exactly on a
    /// difference, from which nothing can be said of the next one.
    package let probability: Double?
    /// The least true difference that as many seeds would have found 4 times in 5.
    package let detectable: Double?

    package init(_ values: [Double]) {
        precondition(!values.isEmpty, "a difference of 0 seeds, expected at least 1")
        self.values = values
        let count = Double(values.count)
        // The mean of equal numbers may differ from them by rounding.
        let agree = values.allSatisfy { $0 == values[0] }
        let mean = agree ? values[0] : values.reduce(0, +) / count
        self.mean = mean
        guard values.count > 1 else {
            (interval, probability, detectable) = (nil, nil, nil)
            return
        }
        guard !agree else {
            interval = mean == 0 ? 0...0 : nil
            probability = mean == 0 ? 1 : nil
            detectable = nil
            return
        }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / (count - 1)).squareRoot()
        interval = StudentT.interval(of: values)
        probability = StudentT(degreesOfFreedom: values.count - 1)
            .twoSided(mean / (deviation / count.squareRoot()))
        detectable = DetectableDifference.size(deviation: deviation, count: values.count)
    }
}

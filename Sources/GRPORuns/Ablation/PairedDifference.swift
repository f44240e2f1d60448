import GRPOTraining

/// An arm less the reference, seed by seed: what both have in common, the seed's problems and noise,
/// falls out.
package struct PairedDifference: Sendable, Equatable {
    /// Of each seed that both have.
    package let values: [Double]
    package let mean: Double
    /// Student's, of 95%; nil of a single seed.
    package let interval: ClosedRange<Double>?
    /// Two-sided, of no difference; nil of a single seed, and of seeds that agree on a difference,
    /// from which nothing can be said of the next one.
    package let probability: Double?
    /// With n - 1; nil of a single seed, and of seeds that agree.
    package let deviation: Double?

    /// How far apart seeds that agree may lie. Two different means of n samples that are right or
    /// wrong lie 1 / n apart, more than this for fewer than 10⁹ samples; the rounding of a difference
    /// of two shares is below 10⁻¹⁵.
    private static let rounding = 1e-9

    package init(_ values: [Double]) {
        precondition(!values.isEmpty, "a difference of 0 seeds, expected at least 1")
        self.values = values
        let count = Double(values.count)
        let low = values.reduce(values[0], min), high = values.reduce(values[0], max)
        let agree = high - low <= Self.rounding
        let isNone = agree && max(abs(low), abs(high)) <= Self.rounding
        // The mean of equal numbers may differ from them by rounding.
        let mean = isNone ? 0 : agree ? values[0] : values.reduce(0, +) / count
        self.mean = mean
        guard values.count > 1, !agree else {
            let isTested = values.count > 1 && isNone
            interval = isTested ? 0...0 : nil
            probability = isTested ? 1 : nil
            deviation = nil
            return
        }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / (count - 1)).squareRoot()
        interval = StudentT.interval(of: values)
        probability = StudentT(degreesOfFreedom: values.count - 1)
            .twoSided(mean / (deviation / count.squareRoot()))
        self.deviation = deviation
    }

    /// More than one seed, and all of them differ by the same.
    package var isUnanimous: Bool { values.count > 1 && deviation == nil }

    /// The least true difference that as many seeds would have found 4 times in 5 by a test of this
    /// level; nil where there is no deviation to tell it by.
    package func detectable(level: Double) -> Double? {
        deviation.map {
            DetectableDifference.size(deviation: $0, count: values.count, level: level)
        }
    }
}

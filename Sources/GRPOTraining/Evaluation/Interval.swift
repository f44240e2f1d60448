/// 95% intervals of a mean over problems.
package enum Interval {
    /// Problems are the units: their samples are not independent. The normal interval of the mean,
    /// cut at 0 and 1; where all problems agree, Wilson's interval for that many trials.
    package static func mean(of shares: [Double]) -> ClosedRange<Double> {
        let count = Double(shares.count)
        guard count > 0 else { return 0...1 }
        let z = 1.959963984540054
        let mean = shares.reduce(0, +) / count
        let squares = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        if squares == 0 || count == 1 {
            let centre = (mean + z * z / (2 * count)) / (1 + z * z / count)
            let spread =
                z / (1 + z * z / count)
                * (mean * (1 - mean) / count + z * z / (4 * count * count)).squareRoot()
            // At 0 and 1 Wilson's bound is the mean itself, which rounding must not exclude.
            return max(0, min(mean, centre - spread))...min(1, max(mean, centre + spread))
        }
        let error = (squares / (count - 1) / count).squareRoot()
        return max(0, mean - z * error)...min(1, mean + z * error)
    }
}

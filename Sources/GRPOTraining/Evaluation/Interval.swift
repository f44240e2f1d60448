/// 95% intervals of a mean over problems.
///
/// Problems are the units, as they are what was drawn: the samples of one problem are not
/// independent of each other. The interval is that of the normal approximation,
/// mean ± z √(s² / n) with the sample variance s² over the n problems (Miller 2024, "Adding Error
/// Bars to Evals", arXiv 2411.00640, section 2), z the 97.5% quantile; below some thirty problems
/// it is a little narrow. Where all problems agree, s is 0 and says nothing: there Wilson's interval
/// stands in (Wilson 1927; Brown, Cai and DasGupta 2001, equation 4), each problem one trial.
package enum Interval {
    private static let z = 1.959963984540054

    /// Of shares from 0 to 1, cut there.
    package static func mean(of shares: [Double]) -> ClosedRange<Double> {
        guard let first = shares.first else { return 0...1 }
        guard let normal = normal(shares) else { return wilson(first, of: shares.count) }
        return max(0, normal.mean - normal.spread)...min(1, normal.mean + normal.spread)
    }

    /// Of differences of shares, from -1 to 1, cut there. Where all agree, neither of the two
    /// directions in which a further problem could differ has been seen: each may have the
    /// probability up to which Wilson's interval of 0 out of n reaches.
    package static func difference(of differences: [Double]) -> ClosedRange<Double> {
        guard let first = differences.first else { return -1...1 }
        guard let normal = normal(differences) else {
            let unseen = wilson(0, of: differences.count).upperBound
            return max(-1, first - unseen)...min(1, first + unseen)
        }
        return max(-1, normal.mean - normal.spread)...min(1, normal.mean + normal.spread)
    }

    /// Of values whose range is not known. Where all lie from 0 to 1 they are taken for shares;
    /// others that all agree have an interval of no width.
    package static func measure(of values: [Double]) -> ClosedRange<Double> {
        if values.allSatisfy({ (0...1).contains($0) }) { return mean(of: values) }
        guard let normal = normal(values) else { return values[0]...values[0] }
        return (normal.mean - normal.spread)...(normal.mean + normal.spread)
    }

    /// The mean and z standard errors; nil where the values do not differ.
    private static func normal(_ values: [Double]) -> (mean: Double, spread: Double)? {
        let count = Double(values.count)
        // Not by the variance: the mean of equal numbers may differ from them by rounding.
        guard values.contains(where: { $0 != values[0] }) else { return nil }
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, z * (squares / (count - 1) / count).squareRoot())
    }

    /// Wilson's interval of a share observed in `trials` trials.
    private static func wilson(_ share: Double, of trials: Int) -> ClosedRange<Double> {
        let count = Double(trials)
        let centre = (share + z * z / (2 * count)) / (1 + z * z / count)
        let spread =
            z / (1 + z * z / count)
            * (share * (1 - share) / count + z * z / (4 * count * count)).squareRoot()
        // At 0 and 1 Wilson's bound is the share itself, which rounding must not exclude.
        return max(0, min(share, centre - spread))...min(1, max(share, centre + spread))
    }
}

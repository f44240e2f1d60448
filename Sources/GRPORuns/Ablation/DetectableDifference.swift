import Foundation
import GRPOTraining

/// The true difference that a paired t test of this size would find with a given probability, were the
/// deviation the one observed.
///
/// With n pairs whose differences have the deviation s, the statistic of a true difference δ has the
/// noncentral t distribution with ν = n - 1 and λ = δ √n / s (Johnson, Kotz and Balakrishnan 1995,
/// "Continuous Univariate Distributions 2", chapter 31); the power is the probability that it lies
/// beyond ± t of the level. A power of 0.8 is Cohen's convention (1988, chapter 2).
package enum DetectableDifference {
    /// In the unit of the deviation.
    ///
    /// - Parameters:
    ///   - deviation: of the differences, with n - 1.
    ///   - count: n, at least 2.
    package static func size(
        deviation: Double, count: Int, level: Double = 0.05, power: Double = 0.8
    ) -> Double {
        precondition(count >= 2, "\(count) differences, expected at least 2")
        var (low, high) = (0.0, 1.0)
        while Self.power(noncentrality: high, degrees: count - 1, level: level) < power {
            high *= 2
        }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if Self.power(noncentrality: middle, degrees: count - 1, level: level) < power {
                low = middle
            } else {
                high = middle
            }
        }
        return high * deviation / Double(count).squareRoot()
    }

    /// The probability that |T| exceeds t of the level, T = (Z + λ) / W: the mean over W of
    /// Φ(λ - t W) + Φ(-λ - t W), where ν W² has the χ² distribution of ν degrees of freedom.
    static func power(noncentrality: Double, degrees: Int, level: Double) -> Double {
        let critical = StudentT(degreesOfFreedom: degrees).critical(level)
        let nu = Double(degrees)
        let logFront = log(2) + nu / 2 * log(nu / 2) - lgamma(nu / 2)
        func integrand(_ w: Double) -> Double {
            let density =
                w == 0
                ? (degrees == 1 ? exp(logFront) : 0)
                : exp(logFront + (nu - 1) * log(w) - nu * w * w / 2)
            return density
                * (normal(noncentrality - critical * w) + normal(-noncentrality - critical * w))
        }
        // Simpson's rule from 0 to where the density is below 1e-15.
        let end = 1 + 9 / nu.squareRoot()
        let intervals = 4000
        let step = end / Double(intervals)
        var sum = integrand(0) + integrand(end)
        for index in 1..<intervals {
            sum += integrand(Double(index) * step) * (index % 2 == 1 ? 4 : 2)
        }
        return sum * step / 3
    }

    private static func normal(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
}

import Foundation

/// Student's t distribution: intervals and tests over few seeds.
package struct StudentT: Sendable {
    /// ν, at least 1.
    package let degreesOfFreedom: Double

    package init(degreesOfFreedom: Int) {
        precondition(
            degreesOfFreedom >= 1, "\(degreesOfFreedom) degrees of freedom, expected at least 1")
        self.degreesOfFreedom = Double(degreesOfFreedom)
    }

    /// The probability of a value beyond ±t: I_x(ν/2, 1/2) with x = ν / (ν + t²) (Abramowitz and
    /// Stegun 26.7.1 and 26.5.27).
    package func twoSided(_ t: Double) -> Double {
        let x = degreesOfFreedom / (degreesOfFreedom + t * t)
        return Self.incompleteBeta(x, degreesOfFreedom / 2, 0.5)
    }

    /// The t that is exceeded in size with probability `level`, by bisection: t₀.₉₇₅ for 0.05.
    package func critical(_ level: Double = 0.05) -> Double {
        precondition(level > 0 && level < 1, "level \(level), expected between 0 and 1")
        var (low, high) = (0.0, 1.0)
        while twoSided(high) > level { high *= 2 }
        for _ in 0..<100 {
            let middle = (low + high) / 2
            if twoSided(middle) > level { low = middle } else { high = middle }
        }
        return high
    }

    /// Mean ± t₀.₉₇₅ s / √n of values that were drawn independently; nil of fewer than two.
    package static func interval(of values: [Double]) -> ClosedRange<Double>? {
        guard values.count > 1 else { return nil }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / (count - 1) / count).squareRoot()
        let spread = StudentT(degreesOfFreedom: values.count - 1).critical() * error
        return (mean - spread)...(mean + spread)
    }

    /// The regularized incomplete beta function I_x(a, b), by its continued fraction (Numerical
    /// Recipes 6.4; modified Lentz).
    static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
        guard x > 0 else { return 0 }
        guard x < 1 else { return 1 }
        let front = exp(
            lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
        return x < (a + 1) / (a + b + 2)
            ? front * fraction(x, a, b) / a
            : 1 - front * fraction(1 - x, b, a) / b
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func guarded(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / guarded(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1...500 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / guarded(1 + even * d)
            c = guarded(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / guarded(1 + odd * d)
            c = guarded(1 + odd / c)
            result *= d * c
            if abs(d * c - 1) < 1e-15 { break }
        }
        return result
    }
}

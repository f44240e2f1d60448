/// A fraction to be reduced to its lowest terms.
package struct FractionSimplification: GeneratedTask, Hashable {
    package static let name = "fraction_simplification"
    package static let summary = "A fraction to be reduced to its lowest terms."

    /// How a fraction is written: `3/4`, `$3/4$`, `$\frac{3}{4}$`, `$\dfrac{3}{4}$`.
    static let allStyles = ["plain", "latex_inline", "latex_frac", "latex_dfrac"]

    /// Smallest numerator and denominator in lowest terms.
    package var minValue = 1
    /// Largest numerator and denominator in lowest terms.
    package var maxValue = 1000
    /// Smallest factor by which both are multiplied.
    package var minFactor = 1
    /// Largest factor.
    package var maxFactor = 100
    /// The ways to write it, of plain, latex_inline, latex_frac and latex_dfrac.
    package var styles = Self.allStyles
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case styles
        case minValue = "min_value"
        case maxValue = "max_value"
        case minFactor = "min_factor"
        case maxFactor = "max_factor"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("value", minValue, maxValue, within: 1...1_000_000_000)
        checks.span("factor", minFactor, maxFactor, within: 1...1_000_000_000)
        checks.some("styles", styles, of: Self.allStyles)
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        // Both from the range and without a common divisor; 6 of 10 pairs have none.
        var (a, b) = (1, 1)
        for _ in 0..<100 {
            a = random.drawInteger(in: minValue...maxValue)
            b = random.drawInteger(in: minValue...maxValue)
            if GreatestCommonDivisor.divisor(a, b) == 1 { break }
        }
        let common = GreatestCommonDivisor.divisor(a, b)
        let (numerator, denominator) = (min(a, b) / common, max(a, b) / common)
        let factor = random.drawInteger(in: minFactor...maxFactor)
        let style = random.drawElement(of: styles)
        let shown = Self.text(numerator * factor, denominator * factor, style)
        return problem(
            id: "\(numerator * factor)/\(denominator * factor)",
            prompt: "Reduce the fraction \(shown) to its lowest terms.",
            answer: Self.text(numerator, denominator, style))
    }

    private static func text(_ numerator: Int, _ denominator: Int, _ style: String) -> String {
        switch style {
        case "latex_inline": "$\(numerator)/\(denominator)$"
        case "latex_frac": "$\\frac{\(numerator)}{\(denominator)}$"
        case "latex_dfrac": "$\\dfrac{\(numerator)}{\(denominator)}$"
        default: "\(numerator)/\(denominator)"
        }
    }
}

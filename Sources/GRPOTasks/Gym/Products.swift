import BigInt

/// Products of several numbers: `Calculate 12 * 345.`
package struct Products: GeneratedTask, Hashable {
    package static let name = "products"
    package static let summary = "Products of two or more numbers."

    /// Fewest factors.
    package var minTerms = 2
    /// Most factors.
    package var maxTerms = 2
    /// Fewest digits of a factor; all factors of a problem have as many.
    package var minDigits = 1
    /// Most digits.
    package var maxDigits = 5
    /// Whether factors may be negative.
    package var allowNegation = false
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case minTerms = "min_terms"
        case maxTerms = "max_terms"
        case minDigits = "min_digits"
        case maxDigits = "max_digits"
        case allowNegation = "allow_negation"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("terms", minTerms, maxTerms, within: 1...20)
        checks.span("digits", minDigits, maxDigits, within: 1...18)
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let terms = random.drawInteger(in: minTerms...maxTerms)
        let digits = random.drawInteger(in: minDigits...maxDigits)
        let factors = (0..<terms).map { _ in
            random.drawNumber(digits: digits, signed: allowNegation)
        }
        return problem(
            id: factors.sorted().map(String.init).joined(separator: "*"),
            prompt: "Calculate \(factors.map(String.init).joined(separator: " * ")).",
            answer: "\(factors.reduce(BigInt(1)) { $0 * BigInt($1) })")
    }
}

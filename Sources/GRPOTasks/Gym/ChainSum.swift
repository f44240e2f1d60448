import BigInt

/// Sums and differences of several numbers: `Calculate 12 + 3 - 45.`
package struct ChainSum: GeneratedTask, Hashable {
    package static let name = "chain_sum"
    package static let summary = "Sums and differences of several numbers in a row."

    /// Fewest numbers.
    package var minTerms = 2
    /// Most numbers.
    package var maxTerms = 6
    /// Fewest digits of a number; all numbers of a problem have as many.
    package var minDigits = 1
    /// Most digits.
    package var maxDigits = 4
    /// Whether numbers may be negative.
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
        checks.span("terms", minTerms, maxTerms, within: 1...100)
        checks.span("digits", minDigits, maxDigits, within: 1...18)
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let terms = random.drawInteger(in: minTerms...maxTerms)
        let digits = random.drawInteger(in: minDigits...maxDigits)
        let first = random.drawNumber(digits: digits, signed: allowNegation)
        var expression = "\(first)"
        var sum = BigInt(first)
        var signed = ["+\(first)"]
        for _ in 1..<terms {
            let isMinus = random.drawInteger(below: 2) == 1
            let number = random.drawNumber(digits: digits, signed: allowNegation)
            sum += isMinus ? -BigInt(number) : BigInt(number)
            let sign = isMinus ? "-" : "+"
            expression += " \(sign) \(number)"
            signed.append("\(sign)\(number)")
        }
        return problem(
            id: signed.sorted().joined(separator: " "), prompt: "Calculate \(expression).",
            answer: "\(sum)")
    }
}

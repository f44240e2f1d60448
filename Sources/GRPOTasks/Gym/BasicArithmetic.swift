import BigInt

/// Expressions in several operations: `Calculate 7 * (12 - 5) + 36 / 4.` Every division comes out
/// even.
package struct BasicArithmetic: GeneratedTask, Hashable {
    package static let name = "basic_arithmetic"
    package static let summary = "Expressions in + - * / and parentheses; divisions come out even."

    /// Fewest numbers.
    package var minTerms = 2
    /// Most numbers.
    package var maxTerms = 6
    /// Fewest digits of a number; all but divisors have as many.
    package var minDigits = 1
    /// Most digits.
    package var maxDigits = 4
    /// The operators, of + - * /.
    package var operators = ["+", "-", "*", "/"]
    /// Whether parts stand in parentheses.
    package var allowParentheses = true
    /// Whether numbers may be negative.
    package var allowNegation = true
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case operators
        case minTerms = "min_terms"
        case maxTerms = "max_terms"
        case minDigits = "min_digits"
        case maxDigits = "max_digits"
        case allowParentheses = "allow_parentheses"
        case allowNegation = "allow_negation"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("terms", minTerms, maxTerms, within: 1...20)
        checks.span("digits", minDigits, maxDigits, within: 1...18)
        checks.some("operators", operators, of: ["+", "-", "*", "/"])
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let terms = random.drawInteger(in: minTerms...maxTerms)
        let digits = random.drawInteger(in: minDigits...maxDigits)
        let (text, value) = chain(terms, digits, using: &random)
        return problem(id: text, prompt: "Calculate \(text).", answer: "\(value)")
    }

    /// Operands joined by operators: products are taken before sums, from the left.
    private func chain(
        _ terms: Int, _ digits: Int, using random: inout any RandomNumberGenerator
    ) -> (text: String, value: BigInt) {
        var left = terms
        var (text, product) = operand(&left, of: terms, digits, using: &random)
        var sum = BigInt(0)
        while left > 0 {
            let sign = random.drawElement(of: operators)
            guard sign != "/" else {
                let divisor = divisor(of: product, digits, using: &random)
                text += " / \(divisor)"
                product /= BigInt(divisor)
                left -= 1
                continue
            }
            let next = operand(&left, of: terms, digits, using: &random)
            text += " \(sign) \(next.text)"
            if sign == "*" {
                product *= next.value
            } else {
                sum += product
                product = sign == "-" ? -next.value : next.value
            }
        }
        return (text, sum + product)
    }

    /// A number, or some of the terms that are left in parentheses, never all of them.
    private func operand(
        _ left: inout Int, of terms: Int, _ digits: Int,
        using random: inout any RandomNumberGenerator
    ) -> (text: String, value: BigInt) {
        let most = min(left, terms - 1)
        guard allowParentheses, most >= 2, random.drawInteger(below: 2) == 1 else {
            left -= 1
            let number = random.drawNumber(digits: digits, signed: allowNegation)
            return ("\(number)", BigInt(number))
        }
        let inner = random.drawInteger(in: 2...most)
        left -= inner
        let (text, value) = chain(inner, digits, using: &random)
        return ("(\(text))", value)
    }

    /// A divisor of at most three digits, of 0 any number.
    private func divisor(
        of value: BigInt, _ digits: Int, using random: inout any RandomNumberGenerator
    ) -> Int {
        guard value != 0 else { return max(1, random.drawNumber(digits: digits, signed: false)) }
        let most = digits >= 3 ? 999 : digits == 2 ? 99 : 9
        let divisors = (2...most).filter { value % BigInt($0) == 0 }
        return divisors.isEmpty ? 1 : random.drawElement(of: divisors)
    }
}

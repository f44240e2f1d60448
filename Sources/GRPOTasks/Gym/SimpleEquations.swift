import BigInt

/// A linear equation in one unknown: `Solve for k: 12 + 3*k - 5 = 28`.
package struct SimpleEquations: GeneratedTask, Hashable {
    package static let name = "simple_equations"
    package static let summary = "A linear equation in one unknown with a whole solution."

    /// Fewest terms left of the equals sign, the unknown's among them.
    package var minTerms = 2
    /// Most terms.
    package var maxTerms = 4
    /// Smallest constant, coefficient and solution.
    package var minValue = 1
    /// Largest constant, coefficient and solution.
    package var maxValue = 100
    /// Of + - *: how terms are joined, and with * whether the unknown has a coefficient.
    package var operators = ["+", "-", "*"]
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case operators
        case minTerms = "min_terms"
        case maxTerms = "max_terms"
        case minValue = "min_value"
        case maxValue = "max_value"
        case heldOut = "held_out"
    }

    /// Without those that look like digits.
    private static let letters = Array("abcdefghjkmnpqrstuvwxyz").map(String.init)

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("terms", minTerms, maxTerms, within: 1...50)
        checks.span("value", minValue, maxValue, within: 1...1_000_000_000)
        checks.some("operators", operators, of: ["+", "-", "*"])
        if checks.found.isEmpty, maxTerms > 1, operators == ["*"] {
            checks.add("operators", "several terms need + or - between them, found ['*']")
        }
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let letter = random.drawElement(of: Self.letters)
        let solution = random.drawInteger(in: minValue...maxValue)
        let count = random.drawInteger(in: minTerms...maxTerms)
        let place = random.drawInteger(below: count)
        let signs = operators.filter { $0 != "*" }
        var (left, right) = ("", BigInt(0))
        for index in 0..<count {
            let sign = index == 0 ? "+" : random.drawElement(of: signs)
            let number = random.drawInteger(in: minValue...maxValue)
            if index > 0 { left += " \(sign) " }
            var term = BigInt(number)
            if index == place {
                let coefficient = operators.contains("*") ? number : 1
                left += coefficient == 1 ? letter : "\(coefficient)*\(letter)"
                term = BigInt(coefficient) * BigInt(solution)
            } else {
                left += "\(number)"
            }
            right += sign == "-" ? -term : term
        }
        return problem(
            id: left.replacing(letter, with: "x") + " = \(right)",
            prompt: "Solve for \(letter): \(left) = \(right)", answer: "\(solution)")
    }
}

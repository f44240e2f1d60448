/// A number or an algebraic expression.
struct MathScalar: Hashable, Sendable {
    let form: CanonicalForm
    /// What it was computed from, for a comparison by numbers.
    let expression: MathExpression
    /// The number as it is written where it is nothing else, with its sign.
    let decimal: Decimal?
    /// Whether a percent sign stands behind it; `form` is a hundredth of what is written.
    let isPercent: Bool

    struct Decimal: Hashable, Sendable {
        let literal: NumberLiteral
        let isNegative: Bool
    }

    init(_ form: CanonicalForm, _ expression: MathExpression) {
        self.form = form
        self.expression = expression
        var content = expression
        if case .percent(let inside) = content { content = inside }
        isPercent = content != expression
        var isNegative = false
        if case .negation(let inside) = content {
            content = inside
            isNegative = true
        }
        if !isPercent, case .number(let literal) = content, literal.isDecimal {
            decimal = Decimal(literal: literal, isNegative: isNegative)
        } else {
            decimal = nil
        }
    }
}

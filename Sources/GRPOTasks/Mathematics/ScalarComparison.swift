import BigInt

/// Whether a given number or expression is the true one: exactly, as a rounded decimal, or as far
/// as numbers can tell.
struct ScalarComparison {
    var budget: WorkBudget

    /// Digits behind the point, and digits that count, that a decimal needs to stand for an exact
    /// number: what Math-Verify calls float_rounding.
    private static let roundedDigits = 6
    /// Digits that a true answer needs to be taken for a rounded one.
    private static let roundedTruth = 3

    mutating func equal(_ truth: MathScalar, _ given: MathScalar) throws(MathFault) -> Bool {
        if try truth.form.equals(given.form, &budget) { return true }
        if try equalPercent(truth, given) { return true }
        if !truth.form.isComplete || !given.form.isComplete,
            try MathSample.agree(truth.expression, given.expression, &budget)
        {
            return true
        }
        switch (truth.decimal, given.decimal) {
        case (nil, let decimal?): return try rounds(truth, to: decimal, digits: Self.roundedDigits)
        case (let decimal?, nil):
            // A number that a short decimal can write is not one that was rounded to another.
            guard !Self.terminates(given.form) else { return false }
            return try rounds(given, to: decimal, digits: Self.roundedTruth)
        default: return false
        }
    }

    /// `28%` is right for 28 and for 0.28, whichever of them the problem asks for; `0.28%` is not
    /// right for 0.28.
    private mutating func equalPercent(
        _ truth: MathScalar, _ given: MathScalar
    ) throws(MathFault) -> Bool {
        guard truth.isPercent != given.isPercent else { return false }
        let (percent, plain) = truth.isPercent ? (truth, given) : (given, truth)
        let hundred = CanonicalForm(Rational(100))
        let written = try percent.form.times(hundred, &budget)
        if let number = written.rational, number.numerator.magnitude < number.denominator.magnitude
        {
            return false
        }
        return try written.equals(plain.form, &budget)
    }

    /// Whether a decimal with at least so many digits is what an exact number rounds to.
    private mutating func rounds(
        _ exact: MathScalar, to decimal: MathScalar.Decimal, digits: Int
    ) throws(MathFault) -> Bool {
        let literal = decimal.literal
        let places = digits == Self.roundedDigits ? digits : 1
        guard literal.places >= places, literal.significantDigits >= digits,
            exact.form.isConstant || !exact.form.isComplete
        else { return false }
        let unsigned = try literal.value(&budget)
        let number = decimal.isNegative ? unsigned.negated : unsigned
        // Half a unit of the last digit.
        let half = try budget.product(
            Rational(1, over: 2)!, budget.power(Rational(10), -literal.places))
        if let rational = exact.form.rational {
            let difference = try budget.sum(rational, number.negated)
            let size = difference.numerator < 0 ? difference.negated : difference
            return try budget.sum(size, half.negated).numerator <= 0
        }
        guard Self.hasNoVariables(exact.expression) else { return false }
        var sample = MathSample(point: 0, budget: budget)
        defer { budget = sample.budget }
        guard let value = try sample.value(of: exact.expression), value.isUsable, value.isReal
        else {
            return false
        }
        let rounding = value.size * .ulpOfOne + value.error
        return abs(value.real - number.double) <= half.double + rounding
            && rounding <= 1e-9 * value.size
    }

    /// Whether the number is one with an end behind the point: its denominator has no prime factor
    /// but 2 and 5.
    private static func terminates(_ form: CanonicalForm) -> Bool {
        guard let number = form.rational else { return false }
        // A power of ten with as many digits as the denominator has bits holds all its twos and
        // fives.
        let denominator = number.denominator
        guard denominator.bitWidth <= 64 else { return true }
        return BigInt(10).power(denominator.bitWidth) % denominator == 0
    }

    private static func hasNoVariables(_ expression: MathExpression) -> Bool {
        switch expression {
        case .number: true
        case .symbol(let name): name == "pi" || name == "e"
        case .sum(let parts), .product(let parts), .call(_, let parts):
            parts.allSatisfy(hasNoVariables)
        case .negation(let inside), .percent(let inside): hasNoVariables(inside)
        case .quotient(let left, let right), .power(let left, let right):
            hasNoVariables(left) && hasNoVariables(right)
        case .root(let radicand, let index): hasNoVariables(radicand) && hasNoVariables(index)
        default: false
        }
    }
}

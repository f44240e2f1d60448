package import BigInt

/// An exact fraction in lowest terms, its denominator positive.
package struct Rational: Sendable, Hashable {
    package let numerator: BigInt
    package let denominator: BigInt

    /// A whole number.
    package init(_ value: BigInt) {
        numerator = value
        denominator = 1
    }

    /// `numerator / denominator`, reduced, or nil where the denominator is zero.
    package init?(_ numerator: BigInt, over denominator: BigInt) {
        guard denominator != 0 else { return nil }
        // The greatest common divisor takes a pass over the digits for each bit.
        let isReduced = denominator == 1 || numerator.magnitude == 1
        let divisor = isReduced ? 1 : numerator.greatestCommonDivisor(with: denominator)
        let sign: BigInt = denominator < 0 ? -1 : 1
        self.numerator = sign * numerator / divisor
        self.denominator = sign * denominator / divisor
    }

    private init(reducing numerator: BigInt, _ denominator: BigInt) {
        self = Rational(numerator, over: denominator)!
    }

    package static func + (left: Rational, right: Rational) -> Rational {
        Rational(
            reducing: left.numerator * right.denominator + right.numerator * left.denominator,
            left.denominator * right.denominator)
    }

    package static func - (left: Rational, right: Rational) -> Rational {
        Rational(
            reducing: left.numerator * right.denominator - right.numerator * left.denominator,
            left.denominator * right.denominator)
    }

    package static func * (left: Rational, right: Rational) -> Rational {
        Rational(
            reducing: left.numerator * right.numerator, left.denominator * right.denominator)
    }

    /// The quotient, or nil for a division by zero.
    package func divided(by other: Rational) -> Rational? {
        Rational(numerator * other.denominator, over: denominator * other.numerator)
    }
}

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

    /// Whether it is a whole number.
    package var isInteger: Bool { denominator == 1 }

    /// `numerator / denominator`, reduced, or nil where the denominator is zero.
    package init?(_ numerator: BigInt, over denominator: BigInt) {
        guard denominator != 0 else { return nil }
        let sign: BigInt = denominator < 0 ? -1 : 1
        // The greatest common divisor takes a pass over the digits for each bit.
        if denominator.magnitude == 1 || numerator.magnitude == 1 {
            self.numerator = sign * numerator
            self.denominator = sign * denominator
        } else {
            let divisor = sign * numerator.greatestCommonDivisor(with: denominator)
            self.numerator = numerator / divisor
            self.denominator = denominator / divisor
        }
    }

    private init(reducing numerator: BigInt, _ denominator: BigInt) {
        self = Rational(numerator, over: denominator)!
    }

    package static func + (left: Rational, right: Rational) -> Rational {
        if left.isInteger, right.isInteger { return Rational(left.numerator + right.numerator) }
        return Rational(
            reducing: left.numerator * right.denominator + right.numerator * left.denominator,
            left.denominator * right.denominator)
    }

    package static func - (left: Rational, right: Rational) -> Rational {
        Rational(
            reducing: left.numerator * right.denominator - right.numerator * left.denominator,
            left.denominator * right.denominator)
    }

    package static func * (left: Rational, right: Rational) -> Rational {
        if left.isInteger, right.isInteger { return Rational(left.numerator * right.numerator) }
        return Rational(
            reducing: left.numerator * right.numerator, left.denominator * right.denominator)
    }

    /// The quotient, or nil for a division by zero.
    package func divided(by other: Rational) -> Rational? {
        Rational(numerator * other.denominator, over: denominator * other.numerator)
    }
}

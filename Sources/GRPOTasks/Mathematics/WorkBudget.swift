import BigInt

/// The work that may still be done for one answer, in steps of some ten nanoseconds: every token, tree
/// node, term product and machine word of a big number is charged before it is worked on.
///
/// The verifier has no clock. An input that spends its budget is out of bounds, on every machine
/// alike.
struct WorkBudget: Sendable {
    private var remaining: Int
    /// Steps that were done.
    private(set) var spent = 0

    /// Enough for the answers of MATH several times over, and for less than a millisecond.
    static let answer = 20_000
    /// Numerators and denominators stay below 2^4096, about 1233 digits.
    static let bits = 4096

    init(_ steps: Int = WorkBudget.answer) {
        remaining = steps
    }

    mutating func spend(_ steps: Int = 1) throws(MathFault) {
        guard steps <= remaining else {
            remaining = 0
            throw .outOfBounds
        }
        remaining -= steps
        spent += steps
    }

    // MARK: - Exact numbers

    /// Charges for a product or a sum of two numbers. Fractions are reduced: the binary algorithm for
    /// the greatest common divisor takes a pass over the words for each bit.
    private mutating func spend(on left: Rational, _ right: Rational) throws(MathFault) {
        let bits = left.bitWidth + right.bitWidth
        guard bits <= Self.bits else { throw .outOfBounds }
        if left.isInteger, right.isInteger {
            try spend(4 + (left.bitWidth / 64 + 1) * (right.bitWidth / 64 + 1) / 2)
        } else {
            try spend(8 + bits * (bits / 64) / 4)
        }
    }

    mutating func product(_ left: Rational, _ right: Rational) throws(MathFault) -> Rational {
        try spend(on: left, right)
        return left * right
    }

    mutating func sum(_ left: Rational, _ right: Rational) throws(MathFault) -> Rational {
        try spend(on: left, right)
        return left + right
    }

    mutating func quotient(_ left: Rational, _ right: Rational) throws(MathFault) -> Rational {
        guard right.numerator != 0 else { throw .undefined }
        return try product(left, Rational(right.denominator, over: right.numerator)!)
    }

    /// `base^exponent` for a whole exponent.
    mutating func power(_ base: Rational, _ exponent: Int) throws(MathFault) -> Rational {
        if exponent == 0 { return Rational(1) }
        if base.numerator == 0 {
            guard exponent > 0 else { throw .undefined }
            return base
        }
        let (size, overflow) = (base.bitWidth - 1).multipliedReportingOverflow(
            by: Int(exponent.magnitude))
        // Of 1 and -1 every power is small.
        if base.numerator.magnitude == 1, base.denominator == 1 {
            return exponent.isMultiple(of: 2) ? Rational(1) : base
        }
        guard !overflow, size <= Self.bits else { throw .outOfBounds }
        let reduces = !base.isInteger || exponent < 0
        try spend(8 + (size / 64) * (reduces ? size / 4 : size / 64))
        let magnitude = Int(exponent.magnitude)
        let above = base.numerator.power(magnitude)
        let below = base.denominator.power(magnitude)
        return exponent > 0 ? Rational(above, over: below)! : Rational(below, over: above)!
    }
}

extension Rational {
    /// Bits of the larger of numerator and denominator, each with its sign: at least 2.
    var bitWidth: Int { max(2, max(numerator.bitWidth, denominator.bitWidth)) }

    /// The value where it is whole and fits.
    var int: Int? { isInteger ? Int(exactly: numerator) : nil }

    /// `p`, or `p/q` in lowest terms.
    var text: String { isInteger ? "\(numerator)" : "\(numerator)/\(denominator)" }

    var negated: Rational { Rational(0) - self }

    /// The nearest double of a number below 2^4096; infinite where it is too large.
    var double: Double {
        if isInteger { return Double(numerator) }
        // Both parts may exceed a double's range: the quotient is taken with 64 bits to spare.
        let shift = numerator.magnitude.bitWidth - denominator.magnitude.bitWidth - 64
        let scaled =
            shift < 0
            ? (numerator << -shift) / denominator : numerator / (denominator << shift)
        return Double(sign: .plus, exponent: shift, significand: 1) * Double(scaled)
    }
}

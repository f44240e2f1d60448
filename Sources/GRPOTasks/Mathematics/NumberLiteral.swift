import BigInt

/// A number as it is written: digits, fraction, repeating digits and a power of ten.
struct NumberLiteral: Hashable, Sendable {
    /// Without thousands separators; may be empty in `.5`.
    var whole = ""
    var fraction = ""
    /// The period, `3` in `0.\overline{3}`.
    var repeating = ""
    /// Of ten, as in `1.2e-5`.
    var exponent = 0

    /// A whole number, written without a point or an exponent.
    var isInteger: Bool { fraction.isEmpty && repeating.isEmpty && exponent == 0 }

    /// A decimal number with an end: what a rounded result looks like.
    var isDecimal: Bool { !fraction.isEmpty && repeating.isEmpty }

    /// Digits behind the point once the power of ten is carried out.
    var places: Int { fraction.count - exponent }

    /// Digits from the first that is not zero.
    var significantDigits: Int { (whole + fraction).drop { $0 == "0" }.count }

    /// The exact value.
    func value(_ budget: inout WorkBudget) throws(MathFault) -> Rational {
        let digits = whole.count + fraction.count + 2 * repeating.count
        // A decimal digit has log2(10) = 3.32 bits.
        guard (digits + Int(exponent.magnitude)) * 10 / 3 < WorkBudget.bits,
            let plain = BigInt(whole + fraction, radix: 10)
        else { throw .outOfBounds }
        try budget.spend(8 + digits * digits / 100)
        let ten = BigInt(10)
        var value = Rational(plain, over: ten.power(fraction.count))!
        if !repeating.isEmpty, let period = BigInt(repeating, radix: 10) {
            // 0.(abc) = abc / 999, shifted behind the digits that do not repeat.
            let nines = ten.power(repeating.count) - 1
            value = try budget.sum(
                value, Rational(period, over: nines * ten.power(fraction.count))!)
        }
        return exponent == 0
            ? value : try budget.product(value, budget.power(Rational(ten), exponent))
    }
}

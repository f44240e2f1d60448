import BigInt

/// A product of powers of distinct atoms, sorted by atom.
struct Monomial: Hashable, Comparable, Sendable {
    private(set) var powers: [Power]

    struct Power: Hashable, Sendable {
        let atom: MathAtom
        let exponent: Exponent
    }

    static let one = Monomial(powers: [])

    private init(powers: [Power]) {
        self.powers = powers
    }

    /// The power of an atom as number times monomial: `2^(3/2)` is 2 times `2^(1/2)`, `i^3` is -i.
    static func power(
        _ atom: MathAtom, _ exponent: Exponent, _ budget: inout WorkBudget
    ) throws(MathFault) -> (Rational, Monomial) {
        switch atom {
        case .base(let number):
            let (whole, rest) = exponent.parts
            let factor = try budget.power(Rational(number), whole)
            return rest.numerator == 0
                ? (factor, .one) : (factor, Monomial(powers: [Power(atom: atom, exponent: rest)]))
        case .imaginaryUnit:
            guard exponent.isInteger else { throw .outOfBounds }
            let quarter = ((exponent.numerator % 4) + 4) % 4
            let sign = Rational(quarter >= 2 ? -1 : 1)
            return quarter.isMultiple(of: 2)
                ? (sign, .one)
                : (sign, Monomial(powers: [Power(atom: atom, exponent: Exponent(1))]))
        default:
            return exponent.numerator == 0
                ? (Rational(1), .one)
                : (Rational(1), Monomial(powers: [Power(atom: atom, exponent: exponent)]))
        }
    }

    /// The product as number times monomial: `2^(1/2)` times itself is 2.
    func times(
        _ other: Monomial, _ budget: inout WorkBudget
    ) throws(MathFault) -> (Rational, Monomial) {
        try budget.spend(2 + powers.count + other.powers.count)
        var factor = Rational(1)
        var merged: [Power] = []
        var (left, right) = (0, 0)
        while left < powers.count, right < other.powers.count {
            let (a, b) = (powers[left], other.powers[right])
            if a.atom < b.atom {
                merged.append(a)
                left += 1
            } else if b.atom < a.atom {
                merged.append(b)
                right += 1
            } else {
                guard let exponent = a.exponent + b.exponent else { throw .outOfBounds }
                let (number, power) = try Self.power(a.atom, exponent, &budget)
                factor = try budget.product(factor, number)
                merged += power.powers
                left += 1
                right += 1
            }
        }
        merged += powers[left...]
        merged += other.powers[right...]
        return (factor, Monomial(powers: merged))
    }

    static func < (left: Monomial, right: Monomial) -> Bool {
        for (a, b) in zip(left.powers, right.powers) {
            if a.atom != b.atom { return a.atom < b.atom }
            if a.exponent != b.exponent { return b.exponent < a.exponent }
        }
        return left.powers.count > right.powers.count
    }

    /// `x^2*y`; empty for one.
    var text: String {
        powers.map { power in
            power.exponent == Exponent(1)
                ? power.atom.text : power.atom.text + "^" + power.exponent.text
        }.joined(separator: "*")
    }
}

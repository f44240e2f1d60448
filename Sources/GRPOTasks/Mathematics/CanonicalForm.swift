import BigInt

/// A scalar as a quotient of two polynomials in atoms.
///
/// Two forms are equal exactly where their cross products are, so that nothing has to be cancelled.
struct CanonicalForm: Hashable, Sendable {
    let numerator: Polynomial
    /// One, or at least two terms: a single term goes into the numerator's exponents.
    let denominator: Polynomial

    init(_ numerator: Polynomial, over denominator: Polynomial = .one) {
        self.numerator = numerator
        self.denominator = denominator
    }

    init(_ number: Rational) {
        self.init(Polynomial(number))
    }

    init(_ atom: MathAtom, _ exponent: Exponent = Exponent(1), _ budget: inout WorkBudget)
        throws(MathFault)
    {
        let (number, monomial) = try Monomial.power(atom, exponent, &budget)
        self.init(Polynomial(number, monomial))
    }

    static let zero = CanonicalForm(Polynomial.zero)

    /// The value where it is a rational number.
    var rational: Rational? { denominator == .one ? numerator.rational : nil }

    private var atoms: [MathAtom] {
        (Array(numerator.terms.keys) + Array(denominator.terms.keys))
            .flatMap { $0.powers.map(\.atom) }
    }

    /// Whether equal values always have equal forms: there is no atom that hides a function.
    var isComplete: Bool {
        !atoms.contains { if case .opaque = $0 { true } else { false } }
    }

    /// Whether it has no variables, as far as can be seen.
    var isConstant: Bool {
        atoms.allSatisfy { atom in
            switch atom {
            case .symbol(let name): name == "pi" || name == "e"
            case .opaque: false
            default: true
            }
        }
    }

    // MARK: - Arithmetic

    func plus(_ other: CanonicalForm, times factor: Int = 1, _ budget: inout WorkBudget)
        throws(MathFault) -> CanonicalForm
    {
        let factor = Rational(.init(factor))
        if denominator == other.denominator {
            return CanonicalForm(
                try numerator.adding(other.numerator, times: factor, &budget), over: denominator)
        }
        let left = try numerator.times(other.denominator, &budget)
        let right = try other.numerator.times(denominator, &budget)
        return CanonicalForm(
            try left.adding(right, times: factor, &budget),
            over: try denominator.times(other.denominator, &budget))
    }

    func times(_ other: CanonicalForm, _ budget: inout WorkBudget)
        throws(MathFault) -> CanonicalForm
    {
        try CanonicalForm(numerator.times(other.numerator, &budget))
            .over(denominator.times(other.denominator, &budget), &budget)
    }

    func dividedBy(_ other: CanonicalForm, _ budget: inout WorkBudget)
        throws(MathFault) -> CanonicalForm
    {
        try times(other.inverse(&budget), &budget)
    }

    private func inverse(_ budget: inout WorkBudget) throws(MathFault) -> CanonicalForm {
        try CanonicalForm(denominator).over(numerator, &budget)
    }

    /// The quotient of this polynomial (its denominator is one) by another.
    private func over(_ divisor: Polynomial, _ budget: inout WorkBudget)
        throws(MathFault) -> CanonicalForm
    {
        guard !divisor.isZero else { throw .undefined }
        guard let (monomial, coefficient) = divisor.single else {
            return CanonicalForm(numerator, over: divisor)
        }
        var inverse = Polynomial(try budget.quotient(Rational(1), coefficient))
        for power in monomial.powers {
            guard let exponent = power.exponent * Exponent(-1) else { throw .outOfBounds }
            let (number, factor) = try Monomial.power(power.atom, exponent, &budget)
            inverse = try inverse.times(Polynomial(number, factor), &budget)
        }
        return CanonicalForm(try numerator.times(inverse, &budget))
    }

    // MARK: - Powers

    func power(_ exponent: Int, _ budget: inout WorkBudget) throws(MathFault) -> CanonicalForm {
        if let rational { return CanonicalForm(try budget.power(rational, exponent)) }
        guard exponent.magnitude <= Exponent.largest else { throw .outOfBounds }
        guard exponent >= 0 else { return try inverse(&budget).power(-exponent, &budget) }
        if let whole = Exponent(exponent, over: 1), let power = try monomialPower(whole, &budget) {
            return power
        }
        return try CanonicalForm(numerator.power(exponent, &budget))
            .over(denominator.power(exponent, &budget), &budget)
    }

    /// The power of a single term, by its exponents alone; nil for a sum.
    private func monomialPower(_ exponent: Exponent, _ budget: inout WorkBudget)
        throws(MathFault) -> CanonicalForm?
    {
        guard denominator == .one, let (monomial, coefficient) = numerator.single else {
            return nil
        }
        let number: Polynomial
        if exponent.isInteger {
            number = Polynomial(try budget.power(coefficient, exponent.numerator))
        } else {
            let (factor, root) = try RadicalNumber.power(coefficient, exponent, &budget)
            number = Polynomial(factor, root)
        }
        var result = number
        for power in monomial.powers {
            guard let product = power.exponent * exponent else { throw .outOfBounds }
            let (factor, atom) = try Monomial.power(power.atom, product, &budget)
            result = try result.times(Polynomial(factor, atom), &budget)
        }
        return CanonicalForm(result)
    }

    /// A power that is a fraction; nil where no rule makes it one of atoms.
    ///
    /// Roots with an odd index are real, as in school: the cube root of -8 is -2. Of variables only
    /// `x^(p/q)` itself is such a power; the root of `x^2` is no power of x, but its size.
    func fractionalPower(_ exponent: Exponent, _ budget: inout WorkBudget)
        throws(MathFault) -> CanonicalForm?
    {
        if numerator.isZero {
            guard exponent.numerator > 0 else { throw .undefined }
            return .zero
        }
        guard denominator == .one, let (monomial, coefficient) = numerator.single else {
            return nil
        }
        let signed = monomial.powers.filter { !$0.atom.isPositive }
        if coefficient.numerator < 0 {
            guard signed.isEmpty else { return nil }
            let size = CanonicalForm(try numerator.times(Polynomial(Rational(-1)), &budget))
            guard let power = try size.fractionalPower(exponent, &budget) else { return nil }
            if !exponent.denominator.isMultiple(of: 2) {
                let sign = exponent.numerator.isMultiple(of: 2) ? 1 : -1
                return try power.times(CanonicalForm(Rational(.init(sign))), &budget)
            }
            guard exponent.denominator == 2 else { return nil }
            return try power.times(
                CanonicalForm(.imaginaryUnit, Exponent(exponent.numerator), &budget), &budget)
        }
        guard
            signed.isEmpty
                || signed.count == 1 && signed[0].exponent == Exponent(1)
                    && signed[0].atom != .imaginaryUnit
        else { return nil }
        return try monomialPower(exponent, &budget)
    }

    // MARK: - Comparison

    /// Steps that comparing or hashing it takes.
    var size: Int { numerator.size + denominator.size }

    func equals(_ other: CanonicalForm, _ budget: inout WorkBudget) throws(MathFault) -> Bool {
        try budget.spend(size + other.size)
        if denominator == other.denominator { return numerator == other.numerator }
        let left = try numerator.times(other.denominator, &budget)
        let right = try other.numerator.times(denominator, &budget)
        try budget.spend(left.size + right.size)
        return left == right
    }

    /// The same for equal forms that have no denominators, and for most others.
    var text: String {
        denominator == .one ? numerator.text : "(\(numerator.text))/(\(denominator.text))"
    }
}

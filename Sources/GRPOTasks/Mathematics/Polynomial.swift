import BigInt

/// A sum of rational multiples of monomials, no coefficient zero. Equal polynomials are equal
/// values.
struct Polynomial: Hashable, Sendable {
    private(set) var terms: [Monomial: Rational]

    /// The most terms that one may have.
    static let longest = 200

    static let zero = Polynomial(terms: [:])
    static let one = Polynomial(Rational(1))

    private init(terms: [Monomial: Rational]) {
        self.terms = terms
    }

    init(_ number: Rational, _ monomial: Monomial = .one) {
        terms = number.numerator == 0 ? [:] : [monomial: number]
    }

    var isZero: Bool { terms.isEmpty }

    /// The value where it is a number.
    var rational: Rational? {
        if terms.isEmpty { return Rational(0) }
        return terms.count == 1 ? terms[.one] : nil
    }

    /// The only term where there is one.
    var single: (monomial: Monomial, coefficient: Rational)? {
        terms.count == 1 ? terms.first.map { ($0.key, $0.value) } : nil
    }

    /// Steps that comparing or hashing it takes: every term is hashed and looked up, with each of
    /// its powers and the words of its coefficient.
    var size: Int {
        terms.reduce(2) { sum, term in
            sum + 8 * (1 + term.key.powers.count) + term.value.bitWidth / 64
        }
    }

    func adding(
        _ other: Polynomial, times factor: Rational, _ budget: inout WorkBudget
    ) throws(MathFault) -> Polynomial {
        var result = self
        try budget.spend(8 * (1 + other.terms.count))
        for (monomial, coefficient) in other.sorted {
            try result.add(budget.product(coefficient, factor), monomial, &budget)
        }
        return result
    }

    private mutating func add(
        _ coefficient: Rational, _ monomial: Monomial, _ budget: inout WorkBudget
    ) throws(MathFault) {
        guard let present = terms[monomial] else {
            guard terms.count < Self.longest else { throw .outOfBounds }
            terms[monomial] = coefficient
            return
        }
        let sum = try budget.sum(present, coefficient)
        terms[monomial] = sum.numerator == 0 ? nil : sum
    }

    func times(
        _ other: Polynomial, _ budget: inout WorkBudget
    ) throws(MathFault) -> Polynomial {
        if let number = other.rational, number == Rational(1) { return self }
        if let number = rational, number == Rational(1) { return other }
        var result = Polynomial.zero
        let factors = other.sorted
        for (left, a) in sorted {
            for (right, b) in factors {
                try budget.spend(16)
                let (factor, monomial) = try left.times(right, &budget)
                var coefficient = try budget.product(a, b)
                if factor.numerator != 1 || !factor.isInteger {
                    coefficient = try budget.product(coefficient, factor)
                }
                try result.add(coefficient, monomial, &budget)
            }
        }
        return result
    }

    /// The power for a whole exponent that is not negative.
    func power(_ exponent: Int, _ budget: inout WorkBudget) throws(MathFault) -> Polynomial {
        var result = Polynomial.one
        var square = self
        var rest = exponent
        while rest > 0 {
            if !rest.isMultiple(of: 2) { result = try result.times(square, &budget) }
            rest /= 2
            if rest > 0 { square = try square.times(square, &budget) }
        }
        return result
    }

    /// The terms from the first monomial to the last: an order that the hashes of this process, and
    /// so the work that is charged, cannot change.
    var sorted: [(monomial: Monomial, coefficient: Rational)] {
        terms.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// `x^2+2*x-1/2`.
    var text: String {
        guard !isZero else { return "0" }
        var text = ""
        for (monomial, coefficient) in sorted {
            let isNegative = coefficient.numerator < 0
            let size = isNegative ? coefficient.negated.text : coefficient.text
            text += isNegative ? "-" : text.isEmpty ? "" : "+"
            if monomial == .one {
                text += size
            } else {
                text += size == "1" ? monomial.text : size + "*" + monomial.text
            }
        }
        return text
    }
}

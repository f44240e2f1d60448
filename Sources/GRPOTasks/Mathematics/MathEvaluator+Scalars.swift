import BigInt

extension MathEvaluator {
    /// The canonical form of a scalar expression.
    mutating func form(of expression: MathExpression) throws(MathFault) -> CanonicalForm {
        try budget.spend(8)
        switch expression {
        case .number(let literal): return CanonicalForm(try literal.value(&budget))
        case .symbol("i"): return try CanonicalForm(.imaginaryUnit, Exponent(1), &budget)
        case .symbol(let name): return try CanonicalForm(.symbol(name), Exponent(1), &budget)
        case .text(let words): return try CanonicalForm(.symbol("'\(words)'"), Exponent(1), &budget)
        case .sum(let terms):
            var sum = CanonicalForm.zero
            for term in terms { sum = try sum.plus(form(of: term), &budget) }
            return sum
        case .product(let factors):
            var product = CanonicalForm(Rational(1))
            for factor in factors { product = try product.times(form(of: factor), &budget) }
            return product
        case .negation(let inside):
            return try CanonicalForm.zero.plus(form(of: inside), times: -1, &budget)
        case .quotient(let above, let below):
            return try form(of: above).dividedBy(form(of: below), &budget)
        case .percent(let inside):
            return try form(of: inside).dividedBy(CanonicalForm(Rational(100)), &budget)
        case .power(let base, let exponent):
            return try power(form(of: base), form(of: exponent))
        case .root(let radicand, let index):
            let index = try form(of: index)
            return try power(
                form(of: radicand), CanonicalForm(Rational(1)).dividedBy(index, &budget))
        case .call(let name, let arguments): return try call(name, arguments)
        case .ratio(let left, let right):
            return try form(of: left).dividedBy(form(of: right), &budget)
        default: throw .malformed
        }
    }

    private mutating func power(
        _ base: CanonicalForm, _ exponent: CanonicalForm
    ) throws(MathFault) -> CanonicalForm {
        if let rational = exponent.rational {
            if let whole = rational.int { return try base.power(whole, &budget) }
            guard !rational.isInteger else {
                // 1, 0 and -1 have small powers even here; all others are towers.
                guard base.rational == Rational(1) || base.rational == Rational(0) else {
                    throw .outOfBounds
                }
                return base
            }
            if let fraction = Exponent(rational),
                let power = try base.fractionalPower(fraction, &budget)
            {
                return power
            }
        }
        return try opaque("(\(base.text))^(\(exponent.text))")
    }

    /// An atom of its own for what has no form among polynomials and roots.
    private mutating func opaque(_ text: String) throws(MathFault) -> CanonicalForm {
        try budget.spend(text.utf8.count)
        guard text.utf8.count < 4096 else { throw .outOfBounds }
        return try CanonicalForm(.opaque(text), Exponent(1), &budget)
    }

    // MARK: - Functions

    private mutating func call(
        _ name: String, _ arguments: [MathExpression]
    ) throws(MathFault) -> CanonicalForm {
        var forms: [CanonicalForm] = []
        var texts: [String] = []
        for argument in arguments {
            switch argument {
            case .relation, .sequence, .set, .list, .matrix, .union, .intersection, .difference,
                .based, .plusMinus:
                texts.append(try value(of: argument).text)
            default:
                let form = try form(of: argument)
                forms.append(form)
                texts.append(form.text)
            }
        }
        if forms.count == arguments.count {
            let numbers = forms.compactMap(\.rational)
            if numbers.count == forms.count, let value = try exact(name, numbers) {
                return CanonicalForm(value)
            }
            switch (name, forms.first?.rational) {
            case ("ln", Rational(1)), ("log", Rational(1)), ("lg", Rational(1)),
                ("sin", Rational(0)),
                ("tan", Rational(0)):
                return .zero
            case ("cos", Rational(0)): return CanonicalForm(Rational(1))
            default: break
            }
        }
        return try opaque("\(name)(\(texts.joined(separator: ",")))")
    }

    /// Functions of rational numbers whose values are rational; nil for all others.
    private mutating func exact(
        _ name: String, _ arguments: [Rational]
    ) throws(MathFault) -> Rational? {
        guard let first = arguments.first else { return nil }
        switch (name, arguments.count) {
        case ("abs", 1): return first.numerator < 0 ? first.negated : first
        case ("floor", 1): return Self.floor(first)
        case ("ceil", 1): return Self.floor(first.negated).negated
        case ("factorial", 1): return try factorial(first)
        case ("binomial", 2): return try binomial(first, arguments[1])
        case ("gcd", 2), ("lcm", 2):
            guard first.isInteger, arguments[1].isInteger else { return nil }
            let (a, b) = (first.numerator, arguments[1].numerator)
            _ = try budget.product(first, arguments[1])
            let divisor = Rational(a.greatestCommonDivisor(with: b))
            if name == "gcd" { return divisor }
            return Rational(a * b, over: divisor.numerator)
        case ("max", 1...), ("min", 1...):
            var best = first
            for other in arguments.dropFirst() {
                let isBelow = try budget.sum(other, best.negated).numerator < 0
                if isBelow == (name == "min") { best = other }
            }
            return best
        default: return nil
        }
    }

    private static func floor(_ number: Rational) -> Rational {
        let (quotient, remainder) = number.numerator.quotientAndRemainder(
            dividingBy: number.denominator)
        return Rational(remainder < 0 ? quotient - 1 : quotient)
    }

    private mutating func factorial(_ number: Rational) throws(MathFault) -> Rational? {
        guard number.isInteger, number.numerator >= 0 else { return nil }
        // 500! has 3768 bits; anything above 600! is out of bounds in any case.
        guard let count = number.int, count <= 600 else { throw .outOfBounds }
        var product = Rational(1)
        for factor in stride(from: 2, through: count, by: 1) {
            product = try budget.product(product, Rational(BigInt(factor)))
        }
        return product
    }

    private mutating func binomial(_ above: Rational, _ below: Rational) throws(MathFault)
        -> Rational?
    {
        guard above.isInteger, let count = below.int else { return nil }
        if count < 0 { return Rational(0) }
        guard count <= 1000 else { throw .outOfBounds }
        var result = Rational(1)
        for index in 0..<count {
            let factor = try budget.sum(above, Rational(BigInt(-index)))
            result = try budget.product(result, factor)
            result = try budget.quotient(result, Rational(BigInt(index + 1)))
        }
        return result
    }
}

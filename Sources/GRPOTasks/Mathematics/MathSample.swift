import Foundation

/// The value of an expression where its variables have certain numbers.
///
/// Two expressions that agree at several such points are taken for equal. The points are functions
/// of the variables' names, so that no run and no machine sees others.
struct MathSample {
    /// Which of the points.
    let point: Int
    var budget: WorkBudget

    /// Points at which equal expressions have to agree.
    static let points = 6

    init(point: Int, budget: WorkBudget) {
        self.point = point
        self.budget = budget
    }

    /// Whether two expressions agree wherever both have values, at three points or more.
    static func agree(
        _ left: MathExpression, _ right: MathExpression, _ budget: inout WorkBudget
    ) throws(MathFault) -> Bool {
        var agreed = 0
        for point in 0..<points {
            var sample = MathSample(point: point, budget: budget)
            defer { budget = sample.budget }
            guard let a = try sample.value(of: left), let b = try sample.value(of: right),
                a.isUsable, b.isUsable
            else { continue }
            guard a.agrees(with: b) else { return false }
            agreed += 1
        }
        return agreed >= 3
    }

    /// The number that a variable has here: the first two points are positive, then the signs mix.
    private func number(of name: String) -> Approximation {
        let key = StableHash.hash("\(name)#\(point)")
        let fraction = Double(key >> 12) / Double(UInt64(1) << 52)
        let size = 0.3 + 2 * fraction
        let isNegative = point >= 2 && key & 1 == 1
        return Approximation(isNegative ? -size : size)
    }

    /// Nil where it has no value or none that can be computed.
    mutating func value(of expression: MathExpression) throws(MathFault) -> Approximation? {
        try budget.spend(8)
        switch expression {
        case .number(let literal):
            let rational = try literal.value(&budget)
            let value = rational.double
            let isExact = rational.isInteger && abs(value) < 1e15
            return Approximation(value, error: isExact ? 0 : abs(value) * .ulpOfOne)
        case .symbol("pi"): return .pi
        case .symbol("e"): return .e
        case .symbol("i"): return Approximation(0, 1)
        case .symbol(MathNames.infinity), .symbol("dots"): return nil
        case .symbol(let name): return number(of: name)
        case .sum(let terms):
            var sum = Approximation(0)
            for term in terms {
                guard let value = try value(of: term) else { return nil }
                sum = sum + value
            }
            return sum
        case .product(let factors):
            var product = Approximation(1)
            for factor in factors {
                guard let value = try value(of: factor) else { return nil }
                product = product * value
            }
            return product
        case .negation(let inside): return try value(of: inside).map { -$0 }
        case .percent(let inside):
            return try value(of: inside)?.divided(by: Approximation(100))
        case .quotient(let above, let below), .ratio(let above, let below):
            guard let numerator = try value(of: above), let denominator = try value(of: below)
            else { return nil }
            return numerator.divided(by: denominator)
        case .power(let base, let exponent): return try power(base, exponent)
        case .root(let radicand, let index):
            if case .number(let literal) = index, literal.isInteger,
                let degree = Int(literal.whole),
                (2...1000).contains(degree)
            {
                return try value(of: radicand)?.root(degree)
            }
            let one = MathExpression.number(NumberLiteral(whole: "1"))
            return try power(radicand, .quotient(one, index))
        case .call(let name, let arguments): return try call(name, arguments)
        default: return nil
        }
    }

    private mutating func power(
        _ base: MathExpression, _ exponent: MathExpression
    ) throws(MathFault) -> Approximation? {
        guard let value = try value(of: base) else { return nil }
        // A fraction in the exponent is a root, real where its index is odd.
        if case .quotient(.number(let above), .number(let below)) = exponent, above.isInteger,
            below.isInteger, let power = Int(above.whole), let index = Int(below.whole),
            (1...1000).contains(index)
        {
            return value.root(index)?.power(Approximation(Double(power)))
        }
        guard let exponent = try self.value(of: exponent) else { return nil }
        return value.power(exponent)
    }

    private mutating func call(
        _ name: String, _ arguments: [MathExpression]
    ) throws(MathFault) -> Approximation? {
        guard let first = arguments.first, arguments.count == 1,
            let x = try value(of: first)
        else { return nil }
        let one = Approximation(1)
        switch name {
        case "sin": return x.sine()
        case "cos": return x.cosine()
        case "tan": return x.cosine().flatMap { x.sine()?.divided(by: $0) }
        case "cot": return x.sine().flatMap { x.cosine()?.divided(by: $0) }
        case "sec": return x.cosine().flatMap { one.divided(by: $0) }
        case "csc": return x.sine().flatMap { one.divided(by: $0) }
        case "ln", "log": return x.logarithm()
        case "lg": return Approximation(10).logarithm().flatMap { x.logarithm()?.divided(by: $0) }
        case "abs": return Approximation(x.size, error: x.error + x.size * .ulpOfOne)
        case "sinh": return x.mapReal(slope: Foundation.cosh(x.real), Foundation.sinh)
        case "cosh": return x.mapReal(slope: abs(Foundation.sinh(x.real)), Foundation.cosh)
        case "tanh": return x.mapReal(slope: 1, Foundation.tanh)
        case "arcsin", "arccos":
            // Near the ends of its range the slope has no bound.
            guard abs(x.real) + x.error < 1 else { return nil }
            let slope = 1 / (1 - x.real * x.real).squareRoot()
            return x.mapReal(slope: slope, name == "arcsin" ? Foundation.asin : Foundation.acos)
        case "arctan": return x.mapReal(slope: 1, Foundation.atan)
        case "floor", "ceil":
            let nearest = x.real.rounded()
            guard x.isReal, abs(x.real - nearest) > x.error || x.error == 0 else { return nil }
            return Approximation(
                name == "floor" ? x.real.rounded(.down) : x.real.rounded(.up))
        default: return nil
        }
    }
}

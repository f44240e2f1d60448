/// A small fraction in lowest terms, the power of an atom.
struct Exponent: Hashable, Comparable, Sendable {
    let numerator: Int
    let denominator: Int

    /// Beyond it a power is a tower, whose value nobody writes down.
    static let largest = 1_000_000

    init(_ whole: Int) {
        numerator = whole
        denominator = 1
    }

    /// Nil where a part is zero below the line or out of bounds.
    init?(_ numerator: Int, over denominator: Int) {
        guard denominator != 0 else { return nil }
        var (a, b) = (numerator.magnitude, denominator.magnitude)
        while b != 0 { (a, b) = (b, a % b) }
        let divisor = Int(max(a, 1))
        let sign = denominator < 0 ? -1 : 1
        self.numerator = sign * (numerator / divisor)
        self.denominator = sign * (denominator / divisor)
        guard self.numerator.magnitude <= Self.largest, self.denominator <= Self.largest else {
            return nil
        }
    }

    init?(_ rational: Rational) {
        guard let numerator = Int(exactly: rational.numerator),
            let denominator = Int(exactly: rational.denominator)
        else { return nil }
        self.init(numerator, over: denominator)
    }

    static func + (left: Exponent, right: Exponent) -> Exponent? {
        Exponent(
            left.numerator * right.denominator + right.numerator * left.denominator,
            over: left.denominator * right.denominator)
    }

    static func * (left: Exponent, right: Exponent) -> Exponent? {
        Exponent(left.numerator * right.numerator, over: left.denominator * right.denominator)
    }

    static func < (left: Exponent, right: Exponent) -> Bool {
        left.numerator * right.denominator < right.numerator * left.denominator
    }

    var isInteger: Bool { denominator == 1 }

    /// The largest whole number that is not above it, and what is left.
    var parts: (whole: Int, rest: Exponent) {
        let whole = Int((Double(numerator) / Double(denominator)).rounded(.down))
        return (whole, Exponent(numerator - whole * denominator, over: denominator)!)
    }

    var text: String { isInteger ? "\(numerator)" : "(\(numerator)/\(denominator))" }
}

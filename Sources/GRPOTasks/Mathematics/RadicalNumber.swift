import BigInt

/// Roots of rational numbers in the form in which equal ones look alike: a rational multiple of
/// roots of primes.
enum RadicalNumber {
    /// Divisors that are tried. What is left above their square is taken for a prime unless it is a
    /// square or a cube: two such numbers with a large common factor would be told apart wrongly.
    private static let smallDivisors = 4096
    /// The same for numbers of more than 64 bits.
    private static let smallDivisorsOfLarge = 256

    /// `number^exponent` for a number above zero, as a product of number and monomial.
    static func power(
        _ number: Rational, _ exponent: Exponent, _ budget: inout WorkBudget
    ) throws(MathFault) -> (Rational, Monomial) {
        guard let inverse = exponent * Exponent(-1) else { throw .outOfBounds }
        var result = try power(number.numerator, exponent, &budget)
        let below = try power(number.denominator, inverse, &budget)
        result = try product(result, below, &budget)
        return result
    }

    private static func product(
        _ left: (Rational, Monomial), _ right: (Rational, Monomial), _ budget: inout WorkBudget
    ) throws(MathFault) -> (Rational, Monomial) {
        let (factor, monomial) = try left.1.times(right.1, &budget)
        return (try budget.product(budget.product(left.0, right.0), factor), monomial)
    }

    private static func power(
        _ number: BigInt, _ exponent: Exponent, _ budget: inout WorkBudget
    ) throws(MathFault) -> (Rational, Monomial) {
        var result = (Rational(1), Monomial.one)
        for (prime, count) in try primeFactors(of: number, &budget) {
            guard let power = exponent * Exponent(count) else { throw .outOfBounds }
            result = try product(
                result, Monomial.power(.base(prime), power, &budget), &budget)
        }
        return result
    }

    /// The factors of a number above zero, from the smallest on.
    private static func primeFactors(
        of number: BigInt, _ budget: inout WorkBudget
    ) throws(MathFault) -> [(prime: BigInt, count: Int)] {
        var factors: [(prime: BigInt, count: Int)] = []
        var rest = number
        if number.bitWidth > 64 {
            try budget.spend(smallDivisorsOfLarge * (4 + number.bitWidth / 64))
            for divisor in 2..<smallDivisorsOfLarge {
                let divisor = BigInt(divisor)
                var count = 0
                while true {
                    let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: divisor)
                    guard remainder == 0 else { break }
                    rest = quotient
                    count += 1
                    try budget.spend(16 + number.bitWidth / 64)
                }
                if count > 0 { factors.append((divisor, count)) }
            }
        }
        guard let small = UInt64(exactly: rest) else {
            let root = rest.magnitude.squareRoot()
            try budget.spend(rest.bitWidth * rest.bitWidth / 512)
            return factors
                + (root * root == rest.magnitude ? [(BigInt(root), 2)] : [(rest, 1)])
        }
        try budget.spend(smallDivisors / 16)
        return factors + primeFactors(of: small).map { (BigInt($0.prime), $0.count) }
    }

    private static func primeFactors(of number: UInt64) -> [(prime: UInt64, count: Int)] {
        var factors: [(prime: UInt64, count: Int)] = []
        var rest = number
        var divisor: UInt64 = 2
        while divisor < smallDivisors, divisor * divisor <= rest {
            var count = 0
            while rest.isMultiple(of: divisor) {
                rest /= divisor
                count += 1
            }
            if count > 0 { factors.append((divisor, count)) }
            divisor += divisor == 2 ? 1 : 2
        }
        guard rest > 1 else { return factors }
        for count in [2, 3] {
            let root = UInt64(
                (count == 2 ? Double(rest).squareRoot() : cubeRoot(Double(rest))).rounded())
            let power = (1..<count).reduce(root) { product, _ in product &* root }
            if power == rest { return factors + [(root, count)] }
        }
        return factors + [(rest, 1)]
    }

    /// By Newton's iteration, exact enough to be rounded.
    private static func cubeRoot(_ number: Double) -> Double {
        var root = Double(sign: .plus, exponent: (number.exponent + 2) / 3, significand: 1)
        for _ in 0..<8 { root = (2 * root + number / (root * root)) / 3 }
        return root
    }
}

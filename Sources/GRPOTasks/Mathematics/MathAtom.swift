import BigInt

/// What a canonical form multiplies and does not look into.
enum MathAtom: Hashable, Comparable, Sendable {
    /// A whole number above 1 under a root. Its exponents lie between 0 and 1, and roots of
    /// different primes are linearly independent over the rationals (Besicovitch 1940), so that
    /// sums of them are equal only where they are the same.
    case base(BigInt)
    /// i, with exponent 1 only.
    case imaginaryUnit
    /// A variable, pi, e, or any other name.
    case symbol(String)
    /// A function of something, or a power without a small exponent, by its canonical text. Two of
    /// them may be equal unseen, as in sin^2 x = 1 - cos^2 x.
    case opaque(String)

    private var rank: Int {
        switch self {
        case .base: 0
        case .imaginaryUnit: 1
        case .symbol: 2
        case .opaque: 3
        }
    }

    static func < (left: MathAtom, right: MathAtom) -> Bool {
        switch (left, right) {
        case (.base(let a), .base(let b)): a < b
        case (.symbol(let a), .symbol(let b)), (.opaque(let a), .opaque(let b)): a < b
        default: left.rank < right.rank
        }
    }

    /// Whether it is a positive number, of which every root is real and unique.
    var isPositive: Bool {
        switch self {
        case .base, .symbol("pi"), .symbol("e"): true
        default: false
        }
    }

    var text: String {
        switch self {
        case .base(let number): "\(number)"
        case .imaginaryUnit: "i"
        case .symbol(let name), .opaque(let name): name
        }
    }
}

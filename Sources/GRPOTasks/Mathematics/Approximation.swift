import Foundation

/// A complex number with a bound on its distance from the true value, by running error analysis
/// (Higham 2002, section 3.3): every operation adds its own rounding to what it inherits.
///
/// The bound is what makes a comparison by numbers honest: e^(-100) and 0 are told apart, sin(pi)
/// and 0 are not.
struct Approximation: Sendable {
    let real: Double
    let imaginary: Double
    /// Of the absolute value of the difference.
    let error: Double

    /// Roundings of one operation, a complex one or one of the mathematics library.
    private static let rounding = 4 * Double.ulpOfOne

    init(_ real: Double, _ imaginary: Double = 0, error: Double = 0) {
        self.real = real
        self.imaginary = imaginary
        self.error = error
    }

    /// A value and its inherited error, with the rounding of the operation that gave it.
    private init(rounded real: Double, _ imaginary: Double, inherited: Double) {
        let size = Foundation.hypot(real, imaginary)
        self.init(real, imaginary, error: inherited + Self.rounding * size)
    }

    var size: Double { Foundation.hypot(real, imaginary) }

    /// Whether it may be used at all.
    var isUsable: Bool { size.isFinite && error.isFinite }

    /// Whether its imaginary part is zero, as far as can be told.
    var isReal: Bool { abs(imaginary) <= error }

    /// Whether both may be the same number, and are known well enough to say so.
    func agrees(with other: Approximation) -> Bool {
        let distance = (self - other).size
        let bound = error + other.error
        let scale = max(size, other.size)
        return distance <= 2 * bound && (bound <= 1e-9 * scale || bound <= 1e-12)
    }

    // MARK: - Arithmetic

    static func + (left: Approximation, right: Approximation) -> Approximation {
        Approximation(
            rounded: left.real + right.real, left.imaginary + right.imaginary,
            inherited: left.error + right.error)
    }

    static prefix func - (value: Approximation) -> Approximation {
        Approximation(-value.real, -value.imaginary, error: value.error)
    }

    static func - (left: Approximation, right: Approximation) -> Approximation { left + -right }

    static func * (left: Approximation, right: Approximation) -> Approximation {
        Approximation(
            rounded: left.real * right.real - left.imaginary * right.imaginary,
            left.real * right.imaginary + left.imaginary * right.real,
            inherited: left.size * right.error + right.size * left.error
                + left.error * right.error)
    }

    /// Nil where the divisor may be zero.
    func divided(by other: Approximation) -> Approximation? {
        guard other.size > 2 * other.error else { return nil }
        let square = other.real * other.real + other.imaginary * other.imaginary
        guard square > 0, square.isFinite else { return nil }
        let quotient = (
            (real * other.real + imaginary * other.imaginary) / square,
            (imaginary * other.real - real * other.imaginary) / square
        )
        let size = Foundation.hypot(quotient.0, quotient.1)
        return Approximation(
            rounded: quotient.0, quotient.1,
            inherited: (error + size * other.error) / (other.size - other.error))
    }

    // MARK: - Functions

    static let pi = Approximation(.pi, error: .ulpOfOne * 2)
    static let e = Approximation(2.718281828459045, error: .ulpOfOne * 2)

    func exponential() -> Approximation? {
        guard real < 600, error < 1 else { return nil }
        let size = Foundation.exp(real)
        // The sine and cosine of the angle lose as much as the angle has digits.
        return Approximation(
            rounded: size * Foundation.cos(imaginary), size * Foundation.sin(imaginary),
            inherited: size * (2 * error + Self.rounding * (abs(imaginary) + abs(real))))
    }

    /// The principal value.
    func logarithm() -> Approximation? {
        guard size > 2 * error, size > 0 else { return nil }
        return Approximation(
            rounded: Foundation.log(size), Foundation.atan2(imaginary, real),
            inherited: 2 * error / size + Self.rounding)
    }

    func power(_ exponent: Approximation) -> Approximation? {
        if exponent.imaginary == 0, exponent.error == 0, exponent.real == exponent.real.rounded(),
            abs(exponent.real) <= 64
        {
            return wholePower(Int(exponent.real))
        }
        if size == 0, error == 0 { return exponent.real > 0 ? self : nil }
        return logarithm().flatMap { (exponent * $0).exponential() }
    }

    private func wholePower(_ exponent: Int) -> Approximation? {
        var result = Approximation(1)
        for _ in 0..<exponent.magnitude { result = result * self }
        return exponent < 0 ? Approximation(1).divided(by: result) : result
    }

    /// The real root with an odd index of a real number, else the principal one.
    func root(_ index: Int) -> Approximation? {
        if size == 0, error == 0 { return self }
        let exponent = Approximation(1).divided(by: Approximation(Double(index)))
        guard let exponent else { return nil }
        if !index.isMultiple(of: 2), isReal, real < 0 {
            return Approximation(-real, error: error).power(exponent).map { -$0 }
        }
        // Of a number that may be zero the root may be as large as the root of its error.
        guard size > 2 * error else {
            return Approximation(0, error: Foundation.pow(3 * error, 1 / Double(index)))
        }
        return power(exponent)
    }

    /// `(exp(iz) - exp(-iz)) / 2i` and `(exp(iz) + exp(-iz)) / 2`, for real numbers by the library.
    func sine() -> Approximation? {
        trigonometric(Foundation.sin(real), Foundation.cos(real))
    }

    func cosine() -> Approximation? {
        trigonometric(Foundation.cos(real), -Foundation.sin(real))
    }

    private func trigonometric(_ value: Double, _ derivative: Double) -> Approximation? {
        guard abs(real) < 1e6, abs(imaginary) < 300, error < 1 else { return nil }
        let (even, odd) = (Foundation.cosh(imaginary), Foundation.sinh(imaginary))
        return Approximation(
            rounded: value * even, derivative * odd,
            inherited: 2 * error * even + Self.rounding * abs(real) * even)
    }

    /// A real function with a bound on its slope at the value.
    func mapReal(slope: Double, _ function: (Double) -> Double) -> Approximation? {
        guard isReal else { return nil }
        let value = function(real)
        guard value.isFinite, slope.isFinite else { return nil }
        return Approximation(rounded: value, 0, inherited: 2 * slope * error)
    }
}

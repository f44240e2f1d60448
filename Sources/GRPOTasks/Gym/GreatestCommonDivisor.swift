/// The greatest common divisor of several numbers. Where it would be 1 the numbers are drawn again,
/// at most twice.
package struct GreatestCommonDivisor: GeneratedTask, Hashable {
    package static let name = "gcd"
    package static let summary = "The greatest common divisor of two or more numbers."

    /// Fewest numbers.
    package var minNumbers = 2
    /// Most numbers.
    package var maxNumbers = 2
    /// Smallest number.
    package var minValue = 1
    /// Largest number.
    package var maxValue = 1000
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case minNumbers = "min_numbers"
        case maxNumbers = "max_numbers"
        case minValue = "min_value"
        case maxValue = "max_value"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("numbers", minNumbers, maxNumbers, within: 2...20)
        checks.span("value", minValue, maxValue, within: 1...1_000_000_000)
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        var numbers: [Int] = []
        var divisor = 1
        for _ in 0..<3 where divisor == 1 {
            let count = random.drawInteger(in: minNumbers...maxNumbers)
            numbers = (0..<count).map { _ in random.drawInteger(in: minValue...maxValue) }
            divisor = numbers.reduce(0, Self.divisor)
        }
        return problem(
            id: numbers.sorted().map(String.init).joined(separator: ","),
            prompt: "What is the greatest common divisor of "
                + "\(numbers.map(String.init).joined(separator: ", "))?",
            answer: "\(divisor)")
    }

    /// Of two numbers from 0 on, by Euclid.
    static func divisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}

import BigInt

/// The least common multiple of several numbers. Where it would be their product the numbers are
/// drawn again, at most twice.
package struct LeastCommonMultiple: GeneratedTask, Hashable {
    package static let name = "lcm"
    package static let summary = "The least common multiple of two or more numbers."

    /// Fewest numbers.
    package var minNumbers = 2
    /// Most numbers.
    package var maxNumbers = 2
    /// Smallest number.
    package var minValue = 1
    /// Largest number.
    package var maxValue = 100
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
        var (multiple, product) = (BigInt(1), BigInt(1))
        for _ in 0..<3 where multiple == product {
            let count = random.drawInteger(in: minNumbers...maxNumbers)
            numbers = (0..<count).map { _ in random.drawInteger(in: minValue...maxValue) }
            (multiple, product) = (1, 1)
            for number in numbers.map({ BigInt($0) }) {
                product *= number
                multiple = multiple / multiple.greatestCommonDivisor(with: number) * number
            }
        }
        return problem(
            id: numbers.sorted().map(String.init).joined(separator: ","),
            prompt: "What is the least common multiple of "
                + "\(numbers.map(String.init).joined(separator: ", "))?",
            answer: "\(multiple)")
    }
}

/// Numbers to be put in order; the answer is a list such as `['-7', '2', '10.5']`.
package struct NumberSorting: GeneratedTask, Hashable {
    package static let name = "number_sorting"
    package static let summary = "Numbers to be sorted, up or down, into a list."

    /// Fewest numbers.
    package var minNumbers = 3
    /// Most numbers.
    package var maxNumbers = 10
    /// Fewest decimals of a number.
    package var minDecimals = 0
    /// Most decimals.
    package var maxDecimals = 2
    /// Smallest number.
    package var minValue = -100.0
    /// Largest number.
    package var maxValue = 100.0
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case minNumbers = "min_numbers"
        case maxNumbers = "max_numbers"
        case minDecimals = "min_decimals"
        case maxDecimals = "max_decimals"
        case minValue = "min_value"
        case maxValue = "max_value"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("numbers", minNumbers, maxNumbers, within: 1...1000)
        checks.span("decimals", minDecimals, maxDecimals, within: 0...6)
        checks.span("value", minValue, maxValue, within: -1e9...1e9)
        if checks.found.isEmpty, minValue.rounded(.up) > maxValue.rounded(.down) {
            checks.add(
                "max_value", "no whole number lies from \(minValue) to \(maxValue); widen them")
        }
        return checks.found
    }

    /// A decimal number as it is written, with its value in units of the sixth decimal.
    private struct Decimal {
        let text: String
        let value: Int

        init(_ units: Int, decimals: Int) {
            let power = Decimal.power(decimals)
            let (whole, fraction) = units.magnitude.quotientAndRemainder(dividingBy: UInt(power))
            let digits = String(fraction)
            let padding = String(
                repeating: "0", count: decimals - (decimals > 0 ? digits.count : 0))
            text =
                (units < 0 ? "-" : "") + "\(whole)"
                + (decimals > 0 ? "." + padding + digits : "")
            value = units * Decimal.power(6 - decimals)
        }

        static func power(_ exponent: Int) -> Int {
            (0..<exponent).reduce(1) { value, _ in value * 10 }
        }
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let count = random.drawInteger(in: minNumbers...maxNumbers)
        let numbers = (0..<count).map { _ in
            let decimals = random.drawInteger(in: minDecimals...maxDecimals)
            let power = Double(Decimal.power(decimals))
            let low = Int((minValue * power).rounded(.up))
            let high = Int((maxValue * power).rounded(.down))
            return Decimal(random.drawInteger(in: low...high), decimals: decimals)
        }
        let isAscending = random.drawInteger(below: 2) == 0
        let direction = isAscending ? "ascending" : "descending"
        let sorted = numbers.sorted { isAscending ? $0.value < $1.value : $0.value > $1.value }
        return problem(
            id: direction + ":" + numbers.map(\.text).sorted().joined(separator: ","),
            prompt: "Sort these numbers in \(direction) order: "
                + "\(numbers.map(\.text).joined(separator: ", ")). "
                + "Answer with a list such as ['-7', '2', '10.5'].",
            answer: "[" + sorted.map { "'\($0.text)'" }.joined(separator: ", ") + "]")
    }
}

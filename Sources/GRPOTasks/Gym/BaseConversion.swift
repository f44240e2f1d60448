/// A number to be written in another base, with small letters for digits above 9.
package struct BaseConversion: GeneratedTask, Hashable {
    package static let name = "base_conversion"
    package static let summary = "A number to be converted from one base to another."

    /// Smallest base, of the number as given and of the answer.
    package var minBase = 2
    /// Largest base, at most 36.
    package var maxBase = 16
    /// Smallest number.
    package var minValue = 0
    /// Largest number.
    package var maxValue = 1000
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case minBase = "min_base"
        case maxBase = "max_base"
        case minValue = "min_value"
        case maxValue = "max_value"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("base", minBase, maxBase, within: 2...36)
        checks.span("value", minValue, maxValue, within: 0...(1 << 53))
        if checks.found.isEmpty, minBase == maxBase {
            checks.add("max_base", "must exceed min_base: there is nothing to convert")
        }
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let value = random.drawInteger(in: minValue...maxValue)
        let bases = random.drawElements(2, of: Array(minBase...maxBase))
        let hint = bases[1] > 10 ? ", with small letters for digits above 9" : ""
        return problem(
            id: "\(value):\(bases[0]):\(bases[1])",
            prompt: "Convert \(String(value, radix: bases[0])) from base \(bases[0]) to base "
                + "\(bases[1])\(hint).",
            answer: String(value, radix: bases[1]))
    }
}

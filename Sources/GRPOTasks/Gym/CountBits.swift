/// How many ones the binary form of a number has.
package struct CountBits: GeneratedTask, Hashable {
    package static let name = "count_bits"
    package static let summary = "How many ones the binary form of a number has."

    /// Smallest number.
    package var minN = 1
    /// Largest number.
    package var maxN = Int(Int32.max)
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case minN = "min_n"
        case maxN = "max_n"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("n", minN, maxN, within: 1...(1 << 53))
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let number = random.drawInteger(in: minN...maxN)
        return problem(
            id: "\(number)",
            prompt: "How many ones does the binary form of \(number) have?",
            answer: "\(number.nonzeroBitCount)")
    }
}

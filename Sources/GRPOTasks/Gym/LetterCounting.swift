/// How often a letter comes in a line of words.
package struct LetterCounting: GeneratedTask, Hashable {
    package static let name = "letter_counting"
    package static let summary = "How often a letter comes in a line of words."

    /// Fewest words.
    package var minWords = 5
    /// Most words.
    package var maxWords = 15
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case minWords = "min_words"
        case maxWords = "max_words"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("words", minWords, maxWords, within: 1...200)
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let count = random.drawInteger(in: minWords...maxWords)
        let words = (0..<count).map { _ in GymWords.drawn(of: 3...10, using: &random) }
        let letters = words.joined()
        let letter = random.drawElement(of: Array(Set(letters)).sorted())
        return problem(
            id: "\(letter):\(words.joined(separator: " "))",
            prompt: "How many times does the letter \"\(letter)\" appear in \""
                + "\(words.joined(separator: " "))\"?",
            answer: "\(letters.count { $0 == letter })")
    }
}

/// A word to be spelt backward, an English one or one made of syllables.
package struct SpellBackward: GeneratedTask, Hashable {
    package static let name = "spell_backward"
    package static let summary = "A word to be spelt backward."

    /// Fewest letters.
    package var minWordLength = 3
    /// Most letters.
    package var maxWordLength = 10
    /// Share of the words that are made up: English has few of a length, of these there are
    /// millions, and none has been read before.
    package var invented = 0.5
    /// Share of the problems held out.
    package var heldOut = 0.1

    private enum CodingKeys: String, CodingKey {
        case invented
        case minWordLength = "min_word_len"
        case maxWordLength = "max_word_len"
        case heldOut = "held_out"
    }

    package init() {}

    package func optionProblems() -> [(key: String, message: String)] {
        var checks = OptionChecks()
        checks.span("word_len", minWordLength, maxWordLength, within: 1...40)
        checks.value("invented", invented, within: 0...1)
        if checks.found.isEmpty, invented < 1,
            !GymWords.hasWords(of: minWordLength...maxWordLength)
        {
            checks.add(
                "min_word_len",
                "no English word of \(minWordLength) to \(maxWordLength) letters is known, only "
                    + "of 3 to 10; set invented to 1, or change the lengths")
        }
        return checks.found
    }

    package func draw(using random: inout any RandomNumberGenerator) -> Problem {
        let lengths = minWordLength...maxWordLength
        let word =
            random.drawFraction() < invented
            ? GymWords.invented(random.drawInteger(in: lengths), using: &random)
            : GymWords.drawn(of: lengths, using: &random)
        return problem(
            id: word, prompt: "Spell this word backward: \(word)", answer: String(word.reversed()))
    }
}

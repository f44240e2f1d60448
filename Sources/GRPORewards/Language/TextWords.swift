import GRPOTasks

/// The words of a text: runs of letters of one script, in lower case.
///
/// - Marks belong to the letter before them, and an apostrophe between two letters to the word
///   (`don't`, with a straight apostrophe in either spelling). Everything else separates.
/// - A Han character is a word by itself: their words are not set apart in writing.
/// - The tags `<think>`, `</think>`, `<answer>` and `</answer>` are no words. Other text in pointed
///   brackets is, or words could be hidden there.
package struct TextWords: Sequence, Sendable {
    package struct Word: Sendable, Hashable {
        package let text: String
        package let script: WordScript
        /// Whether a digit, an underscore or a backslash touches it, as in `2x`, `a_1` and `\frac`.
        package let touchesFormula: Bool
    }

    private let words: [Word]

    package init(_ text: String) {
        words = Self.words(of: text)
    }

    package func makeIterator() -> IndexingIterator<[Word]> { words.makeIterator() }

    private static func words(of text: String) -> [Word] {
        let scalars = Array(text.unicodeScalars)
        var words: [Word] = []
        var index = 0
        while index < scalars.count {
            if scalars[index] == "<", let length = tagLength(at: index, in: scalars) {
                index += length
                continue
            }
            guard isLetter(scalars[index]) else {
                index += 1
                continue
            }
            let end = wordEnd(from: index, in: scalars)
            var view = String.UnicodeScalarView()
            for scalar in scalars[index..<end] {
                view.append(scalar == "\u{2019}" ? "'" : scalar)
            }
            words.append(
                Word(
                    text: String(view).lowercased(), script: WordScript(of: scalars[index]),
                    touchesFormula: index > 0 && isFormula(scalars[index - 1])
                        || end < scalars.count && isFormula(scalars[end])))
            index = end
        }
        return words
    }

    /// Index after the word that begins at `start`.
    private static func wordEnd(from start: Int, in scalars: [Unicode.Scalar]) -> Int {
        let script = WordScript(of: scalars[start])
        var end = start + 1
        while end < scalars.count {
            let scalar = scalars[end]
            if isMark(scalar) {
                end += 1
            } else if script == .han {
                break
            } else if isLetter(scalar, script) {
                end += 1
            } else if scalar == "'" || scalar == "\u{2019}", end + 1 < scalars.count,
                isLetter(scalars[end + 1], script)
            {
                end += 2
            } else {
                break
            }
        }
        return end
    }

    private static func isLetter(_ scalar: Unicode.Scalar, _ script: WordScript) -> Bool {
        isLetter(scalar) && WordScript(of: scalar) == script
    }

    /// Symbols in the shape of letters, such as `ℝ`, belong to formulas.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        if (0x2100...0x214F).contains(scalar.value) || (0x1D400...0x1D7FF).contains(scalar.value) {
            return false
        }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            true
        default: false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isFormula(_ scalar: Unicode.Scalar) -> Bool {
        ("0"..."9").contains(scalar) || scalar == "_" || scalar == "\\"
    }

    private static let tags = ["<think>", "</think>", "<answer>", "</answer>"].map {
        Array($0.unicodeScalars)
    }

    private static func tagLength(at index: Int, in scalars: [Unicode.Scalar]) -> Int? {
        tags.first { scalars[index...].starts(with: $0) }?.count
    }
}

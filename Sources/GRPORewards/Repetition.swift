/// How much of a text says the same again.
package enum Repetition {
    /// 1 - (different n-grams) / (n-grams): 0 where none occurs twice or there are fewer elements
    /// than one n-gram has, and below 1 always.
    ///
    /// Yeo et al. 2025, "Demystifying Long Chain-of-Thought Reasoning" (arXiv 2502.03373), appendix
    /// C.2, as TRL and open-r1 count it.
    package static func share<Element: Hashable>(of elements: [Element], size: Int) -> Double {
        precondition(size >= 1, "n-grams of \(size) elements")
        let count = elements.count - size + 1
        guard count > 0 else { return 0 }
        let different = Set((0..<count).map { elements[$0..<$0 + size] })
        return 1 - Double(different.count) / Double(count)
    }

    /// The words between white space in lower case, as open-r1 takes them of English. In the
    /// scripts that put no space between words, Han and Kana, every character counts as one.
    package static func words(of text: String) -> [String] {
        var words: [String] = []
        var isWithinWord = false
        for character in text.lowercased() {
            if character.isWhitespace {
                isWithinWord = false
            } else if isUnspaced(character) {
                words.append(String(character))
                isWithinWord = false
            } else if isWithinWord {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
                isWithinWord = true
            }
        }
        return words
    }

    private static func isUnspaced(_ character: Character) -> Bool {
        switch character.unicodeScalars.first?.value ?? 0 {
        // Hiragana and Katakana; Han with its extensions and compatibility forms.
        case 0x3041...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
            0x20000...0x3FFFF:
            true
        default: false
        }
    }
}

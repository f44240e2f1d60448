/// An answer in words: a name, a choice, a sentence.
struct MathWords {
    /// As two such answers are compared: in small letters, without punctuation and articles.
    let text: String
    /// Whether LaTeX says that it is text; a bare word may also be a product of variables.
    let isMarked: Bool

    /// Nil for what is, or may be, mathematics: anything with digits or signs, and words that are
    /// no longer than two letters or name a function or a number.
    init?(_ source: String) {
        var rest = Array(source.unicodeScalars)[...]
        var isMarked = false
        var plain = String.UnicodeScalarView()
        while let scalar = rest.first {
            rest = rest.dropFirst()
            switch scalar {
            case "\\":
                let name = String(String.UnicodeScalarView(rest.prefix(while: MathLexer.isLetter)))
                if MathNames.texts.contains(name) {
                    isMarked = true
                    rest = rest.dropFirst(name.count)
                } else if let next = rest.first, " ,;:!".unicodeScalars.contains(next) {
                    rest = rest.dropFirst()
                    plain.append(" ")
                } else {
                    return nil
                }
            case "{", "}", "$": continue
            default:
                let isPlain =
                    scalar.properties.isAlphabetic || scalar.properties.isWhitespace
                    || "-'.,()\":;?!\u{2019}".unicodeScalars.contains(scalar)
                guard isPlain else { return nil }
                plain.append(scalar)
            }
        }
        let words = String(plain).split { !$0.isLetter }
        let isWord = { (word: Substring) in
            (word.count >= 3 || word.lowercased() == "no")
                && MathNames.words[word.lowercased()] == nil
                && !MathNames.functions.contains(String(word))
        }
        guard words.contains(where: isWord) else { return nil }
        // `odd or even` is a list of two only for those who know the problem: it stays one answer.
        let normalized = NormalizedText(String(plain)).text
        guard !normalized.isEmpty else { return nil }
        text = normalized
        self.isMarked = isMarked
    }
}

/// A short text as SQuAD's exact match compares it (Rajpurkar et al. 2016, official evaluation
/// script): in small letters, without punctuation, without the articles a, an and the, words parted
/// by single spaces.
///
/// Case and punctuation are Unicode's, not ASCII's alone, so that typographic quotes and dashes do
/// not make an answer wrong. Symbols such as `+` and `°`, the minus sign and the decimal point of a
/// number stay: they change what is said.
struct NormalizedText: Sendable, Hashable {
    let text: String

    var isEmpty: Bool { text.isEmpty }

    init(_ text: String) {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        func close() {
            if !word.isEmpty { words.append(String(word)) }
            word.removeAll()
        }
        let scalars = Array(text.lowercased().unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            let isNumeric = next.map { ("0"..."9").contains($0) } ?? false
            if scalar.properties.isWhitespace {
                close()
            } else if scalar == "-" || scalar == "\u{2212}", word.isEmpty, isNumeric {
                word.append("-")
            } else if scalar == ".", isNumeric, word.last.map({ ("0"..."9").contains($0) }) == true
            {
                word.append(".")
            } else if !Self.isPunctuation(scalar) {
                word.append(scalar)
            }
        }
        close()
        let articles: Set = ["a", "an", "the"]
        self.text = words.filter { !articles.contains($0) }.joined(separator: " ")
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            true
        // Of ASCII's punctuation marks these are symbols to Unicode.
        default: scalar == "`" || scalar == "^" || scalar == "~"
        }
    }
}

/// How much of a text is written in one language: its words in that language over all its words
/// (DeepSeek-R1, Nature 645, eq. 7).
///
/// A word is against the language where its script is not one of the language's, or where the list
/// of another language has it and that of this language has not. Names and words that no list has
/// count for the language: so does a text without any listed word. Numbers, formulas and tags are
/// no words; a word that a list has is one wherever it stands.
package struct LanguageConsistency: Sendable {
    package let languages: WordLanguages

    package init(languages: WordLanguages = .standard) {
        self.languages = languages
    }

    /// The share, from 0 to 1; nil where the text has no words, and where `languages` does not know
    /// the language.
    package func share(of text: String, in language: String) -> Double? {
        guard let target = languages[language] else { return nil }
        var words = 0
        var own = 0
        for word in TextWords(text) {
            let speakers = languages.speakers(of: word.text)
            guard !speakers.isEmpty || isWord(word) else { continue }
            words += 1
            let isForeign =
                !target.scripts.contains(word.script)
                || target.isListed && !speakers.isEmpty && !speakers.contains(target.code)
            if !isForeign { own += 1 }
        }
        return words == 0 ? nil : Double(own) / Double(words)
    }

    /// Whether a word that no list has is one, and no part of a formula.
    private func isWord(_ word: TextWords.Word) -> Bool {
        guard word.script.hasVariables else { return true }
        return !word.touchesFormula && word.text.unicodeScalars.count > 1
    }
}

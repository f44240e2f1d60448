/// How much of a text is written in one language:
///
///     consistency = own / (own + foreign)
///
/// of its words (DeepSeek-R1, Nature 645, eq. 7, has words of the target language over all words). A
/// word is *foreign* where its script is not one of the language's, or where the list of another
/// language has it and that of this language has not; it is the language's *own* where its list has
/// it, or for a language without a list, where the script fits. A word that no list has, a name, a
/// rare word or a misspelt one, is *neither*: it counts on no side, so that misspelling earns
/// nothing. Where all words are neither the consistency is 0: nothing tells that they are the
/// language's. Numbers, formulas and tags are no words; a word that a list has is one wherever it
/// stands.
package struct LanguageConsistency: Sendable {
    package let languages: WordLanguages

    /// The words of a text by what they are to one language.
    package struct Counts: Sendable, Hashable {
        package var own = 0
        package var foreign = 0
        package var neither = 0

        package init(own: Int = 0, foreign: Int = 0, neither: Int = 0) {
            self.own = own
            self.foreign = foreign
            self.neither = neither
        }

        /// Nil where there are no words.
        package var share: Double? {
            guard own + foreign > 0 else { return neither > 0 ? 0 : nil }
            return Double(own) / Double(own + foreign)
        }
    }

    package init(languages: WordLanguages = .standard) {
        self.languages = languages
    }

    /// The share, from 0 to 1; nil where the text has no words, and where `languages` does not know
    /// the language.
    package func share(of text: String, in language: String) -> Double? {
        counts(of: text, in: language)?.share
    }

    /// Nil where `languages` does not know the language.
    package func counts(of text: String, in language: String) -> Counts? {
        guard let target = languages[language] else { return nil }
        var counts = Counts()
        for word in TextWords(text) {
            let speakers = languages.speakers(of: word.text)
            guard !speakers.isEmpty || isWord(word) else { continue }
            if !target.scripts.contains(word.script) {
                counts.foreign += 1
            } else if !target.isListed || speakers.contains(target.code) {
                counts.own += 1
            } else if speakers.isEmpty {
                counts.neither += 1
            } else {
                counts.foreign += 1
            }
        }
        return counts
    }

    /// Whether a word that no list has is one, and no part of a formula.
    private func isWord(_ word: TextWords.Word) -> Bool {
        guard word.script.hasVariables else { return true }
        return !word.touchesFormula && word.text.unicodeScalars.count > 1
    }
}

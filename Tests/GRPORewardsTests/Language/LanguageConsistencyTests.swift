import GRPORewards
import Testing

@Suite struct LanguageConsistencyTests {
    private func share(_ text: String, _ language: String) -> Double? {
        LanguageConsistency().share(of: text, in: language)
    }

    /// A text, and how many of its words are in a language.
    struct Mixture: Sendable {
        let text: String
        let language: String
        let own: Int
        let words: Int

        init(_ text: String, _ language: String, _ own: Int, of words: Int) {
            self.text = text
            self.language = language
            self.own = own
            self.words = words
        }

        static let all = [
            Mixture("7 and 8 is 15, 5 and 6 and 1 is 12", "en", 5, of: 5),
            Mixture("7 und 8 ist 15, 5 und 6 und 1 ist 12", "de", 5, of: 5),
            Mixture("7 und 8 ist 15, 5 und 6 und 1 ist 12", "en", 0, of: 5),
            Mixture("7 and 8 is 15, 5 und 6 and 1 is 12", "en", 4, of: 5),
            Mixture("7 and 8 is 15, 5 und 6 und 1 ist 12", "de", 3, of: 5),
            Mixture("Ich warte. Wait, that is wrong.", "en", 4, of: 6),
            Mixture("Wir prüfen 因此 the result", "de", 2, of: 6),
            Mixture("因此答案是五", "zh", 6, of: 6),
            Mixture("因此 the answer", "zh", 2, of: 4),
            Mixture("это неверно, wait", "ru", 2, of: 3),
            Mixture("и я", "ru", 2, of: 2),
            Mixture("答えは5です", "ja", 3, of: 3),
            Mixture("정답은 wait", "ko", 1, of: 2),
        ]
    }

    @Test(arguments: Mixture.all)
    func wordsOfTheLanguageOverAllWords(mixture: Mixture) {
        #expect(
            share(mixture.text, mixture.language) == Double(mixture.own) / Double(mixture.words))
    }

    /// Names and unknown words count on no side, words of both lists for both.
    @Test func wordsOfNoListAreNeither() {
        let consistency = LanguageConsistency()
        #expect(share("Hello, dear Anna", "en") == 1)
        #expect(share("Hallo, liebe Anna", "de") == 1)
        #expect(
            consistency.counts(of: "Hallo, dear Anna", in: "en")
                == .init(own: 1, foreign: 1, neither: 1))
        #expect(share("Hallo, dear Anna", "en") == 0.5)
        for language in ["en", "de"] {
            #expect(share("in so was also will man plus minus", language) == 1)
            // Nothing tells that these are the language's words.
            #expect(share("Zyzzyva Quuxel", language) == 0)
        }
    }

    /// A misspelt word is not one of the language's, and cannot make up for foreign ones.
    @Test func misspellingEarnsNothing() {
        #expect(share("7 amd 8 iss 15", "en") == 0)
        let mixed = "7 and 8 ist 15"
        #expect(share(mixed, "en") == 0.5)
        #expect(share(mixed + " amd iss thsi isw", "en") == 0.5)
    }

    /// A language without a list is told by its script alone.
    @Test func withoutAListTheScriptTells() {
        #expect(share("on me dit que le résultat is wrong", "fr") == 1)
        #expect(share("le résultat 是", "fr") == 2.0 / 3)
    }

    @Test(arguments: [
        "", " \n", "57+68=125", "<think>7+8=15</think><answer>125</answer>",
        "x + 2y = a_n, π ≈ 3.14",
        "\\frac{1}{2} ∈ ℝ, 𝑥² ≤ 4", "3rd 0x1f", "— … ?! 👍🏽 ½ Ⅳ",
    ])
    func numbersFormulasAndTagsAreNoWords(text: String) {
        #expect(share(text, "en") == nil)
        #expect(share(text, "de") == nil)
    }

    /// FAILURES 2: what is in a list is a word wherever it stands, or it could be hidden there.
    @Test(arguments: [
        "und1", "1und", "\\und", "_und_", "<und>", "</und>", "UND", "Und", "u\u{301}nd und",
        "<think>und</think>", "3+und=4", "und's", "«und»", "i-und-i", "fu\u{308}r", "für",
    ])
    func foreignWordsCannotBeHidden(text: String) {
        #expect(share(text, "en")! < 1)
    }

    /// A letter of another script within a word is a word of that script.
    @Test func lookalikesAreForeign() {
        let word = "wh\u{430}tever"  // The Cyrillic a.
        #expect(TextWords(word).map(\.script) == [.latin, .cyrillic, .latin])
        #expect(share(word, "en") == 0)
    }

    @Test func apostrophesBelongToTheirWord() {
        #expect(
            TextWords("don't 'quoted' it’s rock'n'roll").map(\.text) == [
                "don't", "quoted", "it's", "rock'n'roll",
            ])
        #expect(share("Wie geht's? That's it.", "de") == 0.5)
    }

    @Test func languagesAreNamedByTheirCodes() {
        #expect(share("wait", "EN") == 1)
        #expect(share("wait", "en-GB") == 1)
        #expect(share("wait", "de_AT") == 0)
        #expect(share("wait", "tlh") == nil)
        #expect(WordLanguages.standard["xx"] == nil)
        #expect(WordLanguages.standard.codes.contains("zh"))
    }

    @Test func listsCanBeOnesOwn() {
        let languages = WordLanguages(lists: ["fr": ["Oui"], "it": ["sì", "oui"]])
        let consistency = LanguageConsistency(languages: languages)
        #expect(consistency.share(of: "oui si\u{300} wait", in: "fr") == 0.5)
        #expect(consistency.share(of: "oui sì wait", in: "it") == 1)
        #expect(consistency.share(of: "oui sì wait", in: "en") == 1)
    }

    /// Everyday sentences are wholly in their own language, and hardly in the other.
    @Test(arguments: [
        ("en", "Good morning, could you please tell me where the station is? Thank you very much."),
        ("en", "Let me check: 7 and 8 make 15, so the carry is one. Wait, that is a mistake."),
        ("de", "Guten Morgen, können Sie mir bitte sagen, wo der Bahnhof ist? Vielen Dank."),
        ("de", "Ich prüfe: 7 und 8 ergibt 15, also ist der Übertrag eins. Moment, das ist falsch."),
    ])
    func sentencesAreInTheirLanguage(language: String, text: String) throws {
        #expect(try #require(share(text, language)) == 1)
        #expect(try #require(share(text, language == "en" ? "de" : "en")) < 0.25)
    }

    @Test func longTextsTakeLittleTime() {
        let text = String(repeating: "a'", count: 200_000) + String(repeating: "<", count: 200_000)
        #expect(share(text, "en") != nil)
    }
}

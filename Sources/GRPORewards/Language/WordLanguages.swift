/// What tells languages apart: their scripts, and within a script lists of frequent words.
package struct WordLanguages: Sendable {
    package struct Language: Sendable, Hashable {
        /// Two letters of ISO 639-1.
        package let code: String
        package let scripts: Set<WordScript>
        /// Whether there is a list of its words; without one, its script alone tells.
        package let isListed: Bool
    }

    /// English and German by lists of frequent words, other languages by their script.
    package static let standard = WordLanguages(lists: [
        "en": FrequentWords.english, "de": FrequentWords.german,
    ])

    private let languages: [String: Language]
    /// The languages whose lists have a word.
    private let listed: [String: Set<String>]

    /// Languages told apart by lists of words; a word may be in several.
    ///
    /// - Precondition: each language is one whose scripts are known.
    package init(lists: [String: [String]]) {
        for code in lists.keys {
            precondition(
                Self.scripts[code] != nil,
                "no script known of language '\(code)'; known: \(Self.scripts.keys.sorted())")
        }
        languages = Dictionary(
            uniqueKeysWithValues: Self.scripts.map { code, scripts in
                (code, Language(code: code, scripts: scripts, isListed: lists[code] != nil))
            })
        var listed: [String: Set<String>] = [:]
        for (code, words) in lists {
            for word in words { listed[word.lowercased(), default: []].insert(code) }
        }
        self.listed = listed
    }

    /// The codes of all known languages.
    package var codes: [String] { languages.keys.sorted() }

    /// The language of a code, in either case and with or without a region (`en`, `EN`, `en-GB`);
    /// nil where it is not known.
    package subscript(code: String) -> Language? {
        languages[String(code.lowercased().prefix { $0 != "-" && $0 != "_" })]
    }

    /// The languages whose lists have a word in lower case: itself, or what stands before its
    /// apostrophe (`it's`, `geht's`).
    package func speakers(of word: String) -> Set<String> {
        if let found = listed[word] { return found }
        guard let mark = word.firstIndex(of: "'") else { return [] }
        return listed[String(word[..<mark])] ?? []
    }

    private static let scripts: [String: Set<WordScript>] = {
        var scripts: [String: Set<WordScript>] = [
            "el": [.greek], "hy": [.armenian], "ka": [.georgian], "he": [.hebrew],
            "bn": [.bengali], "ta": [.tamil], "th": [.thai], "zh": [.han], "ja": [.han, .kana],
            "ko": [.hangul, .han],
        ]
        let latin =
            "en de fr es it pt nl sv da no nb fi is pl cs sk hu ro hr sl et lv lt tr vi id ms sw"
        for code in latin.split(separator: " ") { scripts[String(code)] = [.latin] }
        for code in ["ru", "uk", "bg", "sr", "mk", "be", "kk"] { scripts[code] = [.cyrillic] }
        for code in ["ar", "fa", "ur"] { scripts[code] = [.arabic] }
        for code in ["hi", "mr", "ne"] { scripts[code] = [.devanagari] }
        return scripts
    }()
}

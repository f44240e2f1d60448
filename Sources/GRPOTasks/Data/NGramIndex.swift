/// The 10-grams of evaluation problems, for finding training texts that give them away: ten words
/// in a row that both have (DeepSeek-R1's decontamination, arXiv 2501.12948, supplement; GPT-3's
/// method with n = 13 before it).
///
/// Words are runs of letters and digits in small letters; an ideograph is a word of its own. Of
/// texts with fewer than ten words all words in a row count, and only a text that has no others is
/// the same. What stands in many of the problems is the wording of a template and says nothing. Only
/// hashes of 64 bits are kept, 8 bytes a word: with a million 10-grams a training text of a
/// million words is taken for another by accident once in twenty million times.
package struct NGramIndex: Sendable {
    /// Words of a gram.
    package static let length = 10
    /// The share of the problems, and at least their number, beyond which a gram is a template's.
    private static let templateShare = 0.05
    private static let templateCount = 3

    private let grams: Set<UInt64>
    private let whole: Set<UInt64>
    /// Problems that were added.
    package let count: Int
    /// Those of them with fewer words than a gram.
    package let shortCount: Int

    /// - Parameter texts: each a problem.
    package init(_ texts: some Sequence<String>) {
        var counts: [UInt64: Int] = [:]
        var whole: Set<UInt64> = []
        var count = 0
        var shortCount = 0
        for text in texts {
            let words = Self.words(text)
            count += 1
            if words.count < Self.length {
                shortCount += 1
                if !words.isEmpty { whole.insert(Self.hash(words[...])) }
            }
            for gram in Set(Self.grams(words)) { counts[gram, default: 0] += 1 }
        }
        let most = max(Self.templateCount, Int(Self.templateShare * Double(count)))
        grams = Set(counts.filter { $0.value <= most }.keys)
        self.whole = whole
        self.count = count
        self.shortCount = shortCount
    }

    /// Whether a text has ten words in a row that a problem has.
    package func shares(_ text: String) -> Bool {
        let words = Self.words(text)
        if words.count < Self.length {
            return !words.isEmpty && whole.contains(Self.hash(words[...]))
        }
        return Self.grams(words).contains(where: grams.contains)
    }

    /// The hash of each word.
    private static func words(_ text: String) -> [UInt64] {
        var words: [UInt64] = []
        var word: [UInt8] = []
        func close() {
            if !word.isEmpty { words.append(StableHash.hash(word)) }
            word.removeAll(keepingCapacity: true)
        }
        for scalar in text.lowercased().unicodeScalars {
            if scalar.properties.isIdeographic {
                close()
                words.append(StableHash.hash(String(scalar)))
            } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                if let bytes = UTF8.encode(scalar) { word += bytes }
            } else {
                close()
            }
        }
        close()
        return words
    }

    private static func grams(_ words: [UInt64]) -> [UInt64] {
        guard words.count >= length else { return [] }
        return (0...words.count - length).map { hash(words[$0..<$0 + length]) }
    }

    /// Of words in their order: a polynomial in an odd base, mixed.
    private static func hash(_ words: ArraySlice<UInt64>) -> UInt64 {
        SplitMix64.mix(words.reduce(0) { $0 &* 0x9E37_79B9_7F4A_7C15 &+ $1 })
    }
}

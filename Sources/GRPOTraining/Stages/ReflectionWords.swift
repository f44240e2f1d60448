import GRPORewards

/// Words by which a policy is seen to look back at what it wrote.
package struct ReflectionWords: Sendable {
    /// Those that the R1-Zero report counts (Nature 645, figure of the "aha moment").
    package static let r1 = [
        "wait", "mistake", "however", "but", "retry", "error", "verify", "wrong", "evaluate",
        "check",
    ]

    private let words: Set<String>

    package init(_ words: [String]) {
        self.words = Set(words.map { $0.lowercased() })
    }

    /// How many words of a text are among them, in either case.
    package func count(in text: String) -> Int {
        TextWords(text).count { words.contains($0.text) }
    }

    /// Whether a text can be found: is a single word.
    static func isWord(_ text: String) -> Bool {
        let words = Array(TextWords(text))
        return words.count == 1 && words[0].text == text.lowercased()
    }
}

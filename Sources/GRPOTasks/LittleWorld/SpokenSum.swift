/// A sum added up in words: `7 and 8 is 15, 5 and 6 and 1 is 12`. A carry of 0 is not said.
///
/// A slip can be noticed at once: `7 and 8 is 14, wait, 15`.
package struct SpokenSum: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        /// A number or a mark, with the space that belongs before it.
        case fixed(String)
        case and, makes, wait
    }

    /// What is said, in order.
    private let parts: [Part]
    /// Before which word each column but the first begins.
    package let columnStarts: [Int]
    /// What it arrives at.
    package let answer: String

    /// Adds `a` and `b`, neither negative, with at most one slip. A slip that is noticed is said
    /// and then put right.
    package init(_ a: Int, _ b: Int, slip: WorkedSum.Slip? = nil, noticed: Bool = false) {
        let sum = WorkedSum(a, b, slip: noticed ? nil : slip)
        var parts: [Part] = []
        var starts: [Int] = []
        for (index, column) in sum.columns.enumerated() {
            if index > 0 { starts.append(Self.wordCount(of: parts)) }
            parts += [
                .fixed((index == 0 ? "" : ", ") + "\(column.first)"),
                .and, .fixed(" \(column.second)"),
            ]
            if column.carry > 0 { parts += [.and, .fixed(" \(column.carry)")] }
            parts.append(.makes)
            if noticed, let slip, slip.column == index {
                parts += [.fixed(" \(column.result + slip.amount),"), .wait, .fixed(",")]
            }
            parts.append(.fixed(" \(column.result)"))
        }
        self.parts = parts
        columnStarts = starts
        answer = sum.answer
    }

    /// The number of words; numbers are none.
    package var wordCount: Int { Self.wordCount(of: parts) }

    private static func wordCount(of parts: [Part]) -> Int {
        parts.count { if case .fixed = $0 { false } else { true } }
    }

    /// All of it in one language.
    package func text(in language: WorldLanguage) -> String {
        text(in: language, upTo: wordCount)
    }

    /// The words before `place` in one language, the others in the other.
    package func text(in language: WorldLanguage, upTo place: Int) -> String {
        var text = ""
        var words = 0
        func word(_ word: (WorldLanguage) -> String) -> String {
            defer { words += 1 }
            return " " + word(words < place ? language : language.other)
        }
        for part in parts {
            switch part {
            case .fixed(let fixed): text += fixed
            case .and: text += word(\.and)
            case .makes: text += word(\.makes)
            case .wait: text += word(\.wait)
            }
        }
        return text
    }
}

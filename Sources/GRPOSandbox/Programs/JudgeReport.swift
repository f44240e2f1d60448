/// What the judge of a program says, over a pipe that no one else holds.
///
///     NONCE ready
///     NONCE done PASSED TOTAL OUTCOME
///
/// Every line ends with a line feed and begins with the nonce that was drawn for this one run and
/// told to the judge alone. Anything else on the pipe, before, between or after, makes the whole of
/// it no report.
package struct JudgeReport: Sendable, Hashable {
    /// How the test ended.
    package enum Outcome: String, Sendable {
        /// All statements of the test were gone through.
        case finished
        /// Something else than an assertion failed on the way.
        case aborted
    }

    /// How far the judge came.
    package enum Progress: Sendable, Hashable {
        /// It has not begun: the sandbox has not come up.
        case nothing
        /// The program's sandbox is up; what comes from here on is the program's own doing.
        case ready
        /// The tests are over.
        case done(JudgeReport)
        /// What is on the pipe is not a judge's.
        case malformed
    }

    /// Assertions that held.
    package let passed: Int
    /// Assertions that the test has, or executed where it repeats them.
    package let total: Int
    package let outcome: Outcome

    /// Whether the program does all that is asked of it. A test that asserts nothing proves
    /// nothing.
    package var isRight: Bool { outcome == .finished && passed == total && passed > 0 }

    /// The share of assertions that held, below 1 unless the program is right.
    package var share: Double {
        if isRight { return 1 }
        return Double(passed) / Double(max(total, passed + 1))
    }

    /// The longest that a report can be; more is malformed.
    static let longest = 1024

    /// Reads what is on the pipe so far.
    package static func parse(_ bytes: [UInt8], nonce: String) -> Progress {
        guard bytes.count <= longest else { return .malformed }
        guard !bytes.isEmpty else { return .nothing }
        let prefix = Array(nonce.utf8) + [UInt8(ascii: " ")]
        var lines: [[Substring]] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            lines.append([])
            guard !line.isEmpty else { continue }
            // What is not whole yet may still become a line.
            let isWhole = line.endIndex < bytes.endIndex
            guard line.starts(with: prefix) || (!isWhole && prefix.starts(with: line)) else {
                return .malformed
            }
            guard isWhole else { continue }
            let words = String(decoding: line.dropFirst(prefix.count), as: UTF8.self)
            lines[lines.count - 1] = words.split(separator: " ", omittingEmptySubsequences: false)
        }
        // Behind the last line feed stands what is not whole.
        let whole = lines.dropLast()
        guard let first = whole.first else { return .nothing }
        guard first == ["ready"] else { return .malformed }
        guard whole.count > 1 else { return .ready }
        guard whole.count == 2, lines.last == [], bytes.last == 0x0A,
            let report = JudgeReport(whole[whole.startIndex + 1])
        else { return .malformed }
        return .done(report)
    }

    private init?(_ words: [Substring]) {
        guard words.count == 4, words[0] == "done",
            let passed = Self.count(words[1]), let total = Self.count(words[2]), passed <= total,
            let outcome = Outcome(rawValue: String(words[3]))
        else { return nil }
        self.passed = passed
        self.total = total
        self.outcome = outcome
    }

    package init(passed: Int, total: Int, outcome: Outcome) {
        precondition(0 <= passed && passed <= total, "\(passed) of \(total) assertions held")
        self.passed = passed
        self.total = total
        self.outcome = outcome
    }

    /// A number of at most nine digits and nothing else: `Int` would take a sign too.
    private static func count(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(text)
    }
}

/// The 10-grams of evaluation problems, for finding training texts that give them away: ten words
/// in a row that both have (DeepSeek-R1's decontamination, arXiv 2501.12948, supplement; GPT-3's
/// method with n = 13 before it).
///
/// What the problems differ in counts, not the wording that a template puts around it. A template's
/// is a pair of words without a digit that stands in all problems, or in more than a tenth of
/// them and more than three; its words are left out of problems and training texts alike, and the
/// ten words in a row are of what is left. A problem with fewer than ten words left is compared as a
/// whole: with a text of which the same words are left, and, where it has ten words with its
/// wording, with all that stands in a text.
///
/// Words are runs of letters and digits in small letters; an ideograph is a word of its own, and so is
/// an operator beside a number: 7 + 8 is not 7 - 8. Only hashes of 64 bits are kept, 8 bytes a word:
/// with a million 10-grams a training text of a million words is taken for another by accident once
/// in twenty million times.
package struct NGramIndex: Sendable {
    /// Words of a gram.
    package static let length = 10
    /// Words of a run that can be a template's.
    private static let templateRun = 2
    /// The share of the problems, and their number, beyond which such a run is.
    private static let templateShare = 0.1
    private static let templateCount = 3

    private var templates: Set<UInt64> = []
    private var grams: Set<UInt64> = []
    /// What is left of problems with fewer words than a gram.
    private var rests: Set<UInt64> = []
    /// These problems with their wording, by their number of words.
    private var copies: [Int: Set<UInt64>] = [:]
    /// Problems that were added.
    package private(set) var count = 0
    /// Those of them with fewer words left than a gram.
    package private(set) var shortCount = 0

    /// - Parameter texts: each a problem.
    package init(_ texts: some Sequence<String>) {
        let problems = texts.map { HashedWords($0) }
        var seen: Set<[UInt64]> = []
        let different = problems.filter { seen.insert($0.hashes).inserted }
        var counts: [UInt64: Int] = [:]
        for problem in different {
            let runs = problem.runs(of: Self.templateRun).filter { !problem.hasNumber($0) }
            for run in Set(runs.map { problem.hash($0) }) { counts[run, default: 0] += 1 }
        }
        let most = max(Self.templateCount, Int(Self.templateShare * Double(different.count)))
        templates = Set(
            counts.filter { $0.value > most || ($0.value > 1 && $0.value == different.count) }.keys)
        count = problems.count
        for problem in problems {
            let rest = rest(of: problem)
            guard rest.count < Self.length else {
                grams.formUnion(rest.runs(of: Self.length).map { rest.hash($0) })
                continue
            }
            shortCount += 1
            if rest.count > 0 { rests.insert(rest.hash(0..<rest.count)) }
            if problem.count >= Self.length {
                copies[problem.count, default: []].insert(problem.hash(0..<problem.count))
            }
        }
    }

    /// Whether a text has ten words in a row that a problem has, or a short problem as a whole.
    package func shares(_ text: String) -> Bool {
        let words = HashedWords(text)
        let rest = rest(of: words)
        if rest.count > 0, rests.contains(rest.hash(0..<rest.count)) { return true }
        if rest.runs(of: Self.length).contains(where: { grams.contains(rest.hash($0)) }) {
            return true
        }
        return copies.contains { length, hashes in
            words.runs(of: length).contains { hashes.contains(words.hash($0)) }
        }
    }

    /// A text without the words of templates; all of them where there are no others.
    private func rest(of words: HashedWords) -> HashedWords {
        guard !templates.isEmpty else { return words }
        var isKept = [Bool](repeating: true, count: words.count)
        for run in words.runs(of: Self.templateRun)
        where !words.hasNumber(run) && templates.contains(words.hash(run)) {
            for place in run { isKept[place] = false }
        }
        return isKept.contains(true) ? words.keeping { isKept[$0] } : words
    }
}

/// The words of a text as hashes, of which those of any run follow in constant time.
private struct HashedWords {
    /// Odd, so that it has powers without end modulo 2^64.
    private static let base: UInt64 = 0x9E37_79B9_7F4A_7C15
    private static let operators = Set("+-−*×·/÷=^%<>".unicodeScalars)

    private(set) var hashes: [UInt64] = []
    private var isNumber: [Bool] = []
    /// Σ hash_i base^(n-1-i) over the first n words, and base^n.
    private var sums: [UInt64] = [0]
    private var powers: [UInt64] = [1]

    var count: Int { hashes.count }

    init(_ text: String) {
        var word: [UInt8] = []
        var hasNumber = false
        func close() {
            if !word.isEmpty { add(StableHash.hash(word), isNumber: hasNumber) }
            word.removeAll(keepingCapacity: true)
            hasNumber = false
        }
        let scalars = text.lowercased().unicodeScalars
        for (place, scalar) in zip(scalars.indices, scalars) {
            let isNumeric = scalar.properties.numericType != nil
            if scalar.properties.isIdeographic {
                close()
                add(StableHash.hash(String(scalar)), isNumber: isNumeric)
            } else if scalar.properties.isAlphabetic || isNumeric {
                if let bytes = UTF8.encode(scalar) { word += bytes }
                hasNumber = hasNumber || isNumeric
            } else {
                close()
                guard Self.operators.contains(scalar) else { continue }
                let before = scalars[..<place].last { $0 != " " }
                let after = scalars[place...].dropFirst().first { $0 != " " }
                if [before, after].contains(where: { $0?.properties.numericType != nil }) {
                    add(UInt64(scalar.value), isNumber: true)
                }
            }
        }
        close()
    }

    private init() {}

    private mutating func add(_ hash: UInt64, isNumber: Bool) {
        hashes.append(hash)
        self.isNumber.append(isNumber)
        sums.append(sums[sums.count - 1] &* Self.base &+ hash)
        powers.append(powers[powers.count - 1] &* Self.base)
    }

    func keeping(_ isKept: (Int) -> Bool) -> HashedWords {
        var kept = HashedWords()
        for place in 0..<count where isKept(place) {
            kept.add(hashes[place], isNumber: isNumber[place])
        }
        return kept
    }

    /// All runs of so many words.
    func runs(of length: Int) -> some Sequence<Range<Int>> {
        (0..<max(0, count - length + 1)).lazy.map { $0..<$0 + length }
    }

    func hasNumber(_ run: Range<Int>) -> Bool { run.contains { isNumber[$0] } }

    /// Of words in their order: a polynomial, mixed.
    func hash(_ run: Range<Int>) -> UInt64 {
        SplitMix64.mix(sums[run.upperBound] &- sums[run.lowerBound] &* powers[run.count])
    }
}

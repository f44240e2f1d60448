/// Documents of several streams in given proportions.
///
/// Where a part has an end, an epoch is every document of the first such part once and of the
/// others as many as their weights ask for beside it; they go on where the epoch before ended, so
/// that a part without end shows new documents in every epoch and a longer one with an end shows
/// all of its own in time. Where no part has an end, the proportions hold in every thousand
/// documents. The parts' documents are shuffled among each other, anew in every epoch.
package struct TextMixture: TextStream {
    /// One of the streams.
    package struct Part: Sendable {
        /// Its share of the documents is this weight over the sum of all.
        package let weight: Double
        package let source: any TextStream

        package init(weight: Double, source: any TextStream) {
            self.weight = weight
            self.source = source
        }
    }

    package let parts: [Part]

    package init(_ parts: [Part]) {
        self.parts = parts
    }

    /// The least share of a part: an epoch has at most a million times the first part's documents.
    private static let leastShare = 1e-6

    /// The documents of an epoch where no part says it.
    private static let endlessEpoch = 1000

    package var alphabet: [Character] {
        var seen: Set<Character> = []
        return parts.flatMap(\.source.alphabet).filter { seen.insert($0).inserted }
    }

    package var files: [String] {
        Array(Set(parts.flatMap(\.source.files))).sorted()
    }

    /// Weights out of range, by the part's index; what is wrong within a part, the part says.
    package func problems() -> [(key: String, message: String)] {
        guard !parts.isEmpty else { return [("", "at least one source is needed")] }
        let wrong = parts.enumerated().filter { !($1.weight > 0 && $1.weight.isFinite) }
        guard wrong.isEmpty else {
            return wrong.map { ("\($0)", "a weight must be above 0, found \($1.weight)") }
        }
        let sum = parts.reduce(0) { $0 + $1.weight }
        return parts.enumerated().filter { $1.weight < Self.leastShare * sum }.map {
            (
                "\($0)",
                "a weight must be at least a millionth of their sum, found \($1.weight) of \(sum)"
            )
        }
    }

    package func knows(_ task: any ProblemSource) -> Bool {
        parts.allSatisfy { $0.source.knows(task) }
    }

    package func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        parts.flatMap { $0.source.conflicts(with: task) }
    }

    package func documentCount() -> Int? {
        let epoch = epoch
        return epoch.hasEnd ? epoch.count : nil
    }

    package func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        let (part, index) = place(of: index)
        return parts[part].source.document(index, using: &random)
    }

    /// The part that a document comes from, and its index there.
    package func place(of index: Int) -> (part: Int, index: Int) {
        let epoch = epoch
        let (pass, place) = index.quotientAndRemainder(dividingBy: epoch.count)
        let order = IndexPermutation(
            count: epoch.count, seed: SplitMix64.mix(UInt64(bitPattern: Int64(pass))))
        var rest = order[place]
        for (part, count) in epoch.counts.enumerated() {
            if rest < count { return (part, pass * count + rest) }
            rest -= count
        }
        preconditionFailure("place \(place) of an epoch of \(epoch.counts) documents")
    }

    /// How many documents of each part make an epoch.
    private struct Epoch {
        var counts: [Int]
        var hasEnd: Bool
        var count: Int { counts.reduce(0, +) }
    }

    private var epoch: Epoch {
        let sum = parts.reduce(0) { $0 + $1.weight }
        let first = parts.lazy.enumerated().compactMap { index, part in
            part.source.documentCount().map { (index: index, count: $0) }
        }.first
        let whole = first.map { Double($0.count) / (parts[$0.index].weight / sum) }
        let counts = parts.enumerated().map { index, part in
            if let first, first.index == index { return first.count }
            let share = (whole ?? Double(Self.endlessEpoch)) * part.weight / sum
            return max(1, Int(share.rounded()))
        }
        return Epoch(counts: counts, hasEnd: first != nil)
    }
}

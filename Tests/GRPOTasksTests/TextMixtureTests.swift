import GRPOTasks
import Testing

/// Documents that tell their stream and index.
private struct Numbered: TextStream {
    var letter: String
    /// Nil: without end.
    var count: Int?

    var alphabet: [Character] { Array(letter + "0123456789") }

    func documentCount() -> Int? { count }

    func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        TextDocument(prompt: letter, completion: "\(count.map { index % $0 } ?? index)")
    }
}

struct TextMixtureTests {
    private func texts(_ mixture: TextMixture, _ places: Range<Int>) -> [String] {
        places.map { place in
            var random: any RandomNumberGenerator = SplitMix64(seed: 0)
            let document = mixture.document(place, using: &random)
            return document.prompt + document.completion
        }
    }

    private func mixture(_ parts: [(String, Int?, Double)]) -> TextMixture {
        TextMixture(
            parts.map { TextMixture.Part(weight: $2, source: Numbered(letter: $0, count: $1)) })
    }

    /// Three quarters have 30 documents, so an epoch has 40; the endless quarter goes on, the
    /// other shows all of its own again.
    @Test func anEpochIsThePartWithAnEndOnce() {
        let mixture = mixture([("kept", 30, 0.75), ("other", nil, 0.25)])
        #expect(mixture.documentCount() == 40)
        let kept = (0..<30).map { "kept\($0)" }
        for epoch in 0..<3 {
            let shown = texts(mixture, epoch * 40..<(epoch + 1) * 40)
            let others = (epoch * 10..<(epoch + 1) * 10).map { "other\($0)" }
            #expect(shown.sorted() == (kept + others).sorted())
        }
        #expect(texts(mixture, 0..<40) != texts(mixture, 40..<80))
    }

    /// The first part with an end sets the epoch; a longer one comes round in later epochs.
    @Test func aLongerPartIsShownOverSeveralEpochs() {
        let mixture = mixture([("endless", nil, 1), ("a", 10, 2), ("b", 15, 1)])
        #expect(mixture.documentCount() == 20)
        let shown = texts(mixture, 0..<60)
        for name in (0..<15).map({ "b\($0)" }) { #expect(shown.count { $0 == name } == 1) }
        for name in (0..<10).map({ "a\($0)" }) { #expect(shown.count { $0 == name } == 3) }
        for name in (0..<15).map({ "endless\($0)" }) { #expect(shown.count { $0 == name } == 1) }
    }

    /// The parts are not shown one after the other: every tenth of an epoch has some of each.
    @Test func thePartsAreShuffledAmongEachOther() {
        let mixture = mixture([("a", 300, 0.5), ("b", nil, 0.5)])
        let shown = texts(mixture, 0..<600)
        for start in stride(from: 0, to: 600, by: 60) {
            let share = shown[start..<start + 60].count { $0.hasPrefix("a") }
            #expect((15...45).contains(share))
        }
    }

    @Test func withoutEndTheSharesHoldInAThousand() {
        let mixture = mixture([("a", nil, 3), ("b", nil, 1)])
        #expect(mixture.documentCount() == nil)
        let shown = texts(mixture, 1000..<2000)
        #expect(shown.count { $0.hasPrefix("a") } == 750)
        #expect(Set(shown).count == 1000)
    }

    @Test func alphabetsAreJoined() {
        #expect(
            mixture([("ab", 1, 1), ("bc", 1, 1)]).alphabet.filter(\.isLetter) == ["a", "b", "c"])
    }

    @Test func weightsOutOfRange() {
        #expect(mixture([("a", 1, 1), ("b", nil, 0.001)]).problems().isEmpty)
        #expect(mixture([]).problems().count == 1)
        #expect(
            mixture([("a", 1, 1), ("b", 1, 0), ("c", 1, .nan)]).problems().map(\.key) == ["1", "2"])
        #expect(mixture([("a", 1, 1), ("b", 1, 1e-9)]).problems().map(\.key) == ["1"])
    }
}

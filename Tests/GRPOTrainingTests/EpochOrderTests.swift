import GRPOTasks
import GRPOTraining
import Testing

struct EpochOrderTests {
    private func shown(
        _ places: Range<Int>, of count: Int?, seed: UInt64 = 1, stage: String = "sft"
    ) -> [String] {
        let order = EpochOrder(count: count, seed: seed, stage: stage, data: "documents")
        let texts = NumberedTexts(count: count)
        return places.map { order.document($0, of: texts).completion }
    }

    @Test(arguments: [1, 2, 7, 64, 100])
    func everyEpochShowsEachDocumentOnce(count: Int) {
        let all = Set((0..<count).map(NumberedTexts.letters))
        for epoch in 0..<4 {
            let shown = shown(epoch * count..<(epoch + 1) * count, of: count)
            #expect(shown.count == all.count)
            #expect(Set(shown) == all)
        }
    }

    @Test func everyEpochSeedAndStageHasItsOwnOrder() {
        let first = shown(0..<50, of: 50)
        #expect(first != shown(50..<100, of: 50))
        #expect(first != shown(0..<50, of: 50, seed: 2))
        #expect(first != shown(0..<50, of: 50, stage: "other"))
        #expect(first == shown(0..<50, of: 50))
    }

    @Test func withoutEndNothingIsShownTwice() {
        let all = (0..<500).map(NumberedTexts.letters)
        #expect(shown(0..<500, of: nil) == all)
    }

    /// A mixture's epoch is one for the stage too: the part with an end is shown once in each, the
    /// other goes on.
    @Test func aMixtureKeepsItsEpochs() {
        let mixture = TextMixture([
            TextMixture.Part(weight: 3, source: NumberedTexts(count: 15)),
            TextMixture.Part(weight: 1, source: AlternatingText()),
        ])
        #expect(mixture.documentCount() == 20)
        let order = EpochOrder(
            count: mixture.documentCount(), seed: 1, stage: "sft", data: "documents")
        for epoch in 0..<3 {
            let documents = (epoch * 20..<(epoch + 1) * 20).map {
                order.document($0, of: mixture)
            }
            let numbered = documents.filter { $0.prompt == "a=" }.map(\.completion)
            let all = (0..<15).map(NumberedTexts.letters)
            #expect(numbered.sorted() == all.sorted())
        }
    }
}

import Foundation
import GRPOTasks
import Testing

/// Labelled completions in TRL's unpaired format.
@Suite struct JSONLLabelsTests {
    private let scratch = DataScratch()

    private func first(
        _ line: String, label: String? = nil, columns: DataColumns = DataColumns()
    ) throws -> PreferencePair {
        let labels = JSONLLabels(
            file: scratch.write(line + "\n"), columns: columns, label: label, heldOut: 0)
        try #require(labels.problems().map(\.message) == [])
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        return labels.pair(0, using: &random)
    }

    @Test(arguments: [
        ("true", true), ("false", false), ("1", true), ("0", false), ("\"safe\"", true),
        ("\"unsafe\"", false),
    ])
    func labels(written: String, label: Bool) throws {
        let found = try first(
            "{\"prompt\": \"Q\", \"completion\": \"A\", \"label\": \(written)}")
        #expect(found == PreferencePair(prompt: "Q", completion: "A", label: label))
        #expect(found.completions == ["A"])
        #expect((found.chosen, found.rejected) == (label ? ("A", "") : ("", "A")))
    }

    @Test func columnsAndConversations() throws {
        let mapped = try first(
            #"{"q": "Q", "a": "A", "is_safe": false, "label": "none"}"#, label: "is_safe",
            columns: DataColumns(prompt: "q", completion: "a"))
        #expect(mapped.label == false)
        let turns = try first(
            #"{"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "Q"}, "#
                + #"{"role": "assistant", "content": "A"}], "label": true}"#)
        #expect(turns.completions == ["A"] && turns.messages?.count == 2)
    }

    @Test(arguments: [
        (#"{"prompt": "Q", "completion": "A"}"#, "label"),
        (#"{"prompt": "Q", "completion": "A", "label": "good"}"#, "true or false"),
        (#"{"prompt": "Q", "completion": "A", "label": 2}"#, "true or false"),
        (#"{"prompt": "Q", "label": true}"#, "one completion"),
        (#"{"prompt": "Q", "chosen": "A", "rejected": "B", "label": true}"#, "data: jsonl"),
    ])
    func whatIsNoLabelledCompletion(line: String, words: String) {
        let found = JSONLLabels(file: scratch.write(line + "\n"), heldOut: 0).problems()
        #expect(found.count == 1 && found[0].key == "file")
        #expect(found.first?.message.contains(words) == true, "\(found)")
    }

    @Test func completionsOfAPromptStandOnOneSide() {
        let lines = (0..<200).map {
            "{\"prompt\": \"Q\($0 % 50)\", \"completion\": \"A\($0)\", \"label\": \($0 % 3 == 0)}\n"
        }.joined()
        let labels = JSONLLabels(file: scratch.write(lines), heldOut: 0.2)
        #expect(labels.problems().isEmpty)
        let held = labels.testPairs(limit: 1000)
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        let count = labels.pairCount()!
        let trained = (0..<count).map { labels.pair($0, using: &random) }
        #expect(held.count + count == 200 && !held.isEmpty)
        #expect(Set(held.map(\.prompt)).isDisjoint(with: trained.map(\.prompt)))
        #expect(Set(trained).count == count)
    }

    @Test func recipesCanNameIt() throws {
        #expect(PairRegistry.pairs()["jsonl_labels"] != nil)
        let data = try JSONEncoder().encode(JSONLLabels())
        let text = String(decoding: data, as: UTF8.self)
        #expect(text.contains("\"label\":\"label\"") && text.contains("\"file\":null"))
        #expect(try JSONDecoder().decode(JSONLLabels.self, from: data).label == "label")
    }
}

import Foundation
import GRPOTasks
import Testing

/// Preferences in TRL's formats.
@Suite struct JSONLPairsTests {
    private let scratch = DataScratch()

    private func pair(_ line: String, _ columns: DataColumns = DataColumns()) throws
        -> PreferencePair
    {
        let pairs = JSONLPairs(
            file: scratch.write(line + "\n"), columns: columns, heldOut: 0)
        try #require(pairs.problems().map(\.message) == [])
        #expect(pairs.testPairs(limit: 9).isEmpty)
        return trainingPairs(pairs, 1)[0]
    }

    private func trainingPairs(_ pairs: JSONLPairs, _ count: Int) -> [PreferencePair] {
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        return (0..<count).map { pairs.pair($0, using: &random) }
    }

    private func message(_ lines: [String]) -> String {
        let pairs = JSONLPairs(file: scratch.write(lines.joined(separator: "\n") + "\n"))
        let found = pairs.problems()
        return found.count == 1 ? scratch.relative(found[0].message) : "\(found)"
    }

    private func lines(_ range: Range<Int>, of prompts: Int = .max) -> String {
        range.map {
            "{\"prompt\": \"Q\($0 % prompts)\", \"chosen\": \"good \($0)\", "
                + "\"rejected\": \"bad \($0)\"}\n"
        }.joined()
    }

    // MARK: - Formats

    @Test func explicitPrompt() throws {
        let line = #"{"prompt": "The sky is", "chosen": " blue.", "rejected": " green."}"#
        let expected = PreferencePair(prompt: "The sky is", chosen: " blue.", rejected: " green.")
        #expect(try pair(line) == expected)
        var columns = DataColumns(prompt: "q")
        (columns.chosen, columns.rejected) = ("good", "bad")
        let mapped = #"{"q": "The sky is", "bad": " green.", "good": " blue.", "chosen": 1}"#
        #expect(try pair(mapped, columns) == expected)
    }

    /// What both begin with, cut before a space: a word keeps the space before it.
    @Test(arguments: [
        ("The sky is blue.", "The sky is green.", "The sky is", " blue.", " green."),
        ("The sky is grey.", "The sky is green.", "The sky is gre", "y.", "en."),
        ("Hi. Yes", "Hi. Yes, sir", "Hi. Yes", "", ", sir"),
    ])
    func implicitPrompt(
        chosen: String, rejected: String, prompt: String, better: String, worse: String
    ) throws {
        let found = try pair("{\"chosen\": \"\(chosen)\", \"rejected\": \"\(rejected)\"}")
        #expect(found == PreferencePair(prompt: prompt, chosen: better, rejected: worse))
    }

    private func turns(_ contents: [String], system: Bool = false) -> String {
        let roles =
            (system ? ["system"] : []) + Array(repeating: ["user", "assistant"], count: 4).joined()
        let written = zip(roles, contents).map {
            "{\"role\": \"\($0)\", \"content\": \"\($1)\"}"
        }
        return "[" + written.joined(separator: ", ") + "]"
    }

    private func answer(_ content: String) -> String {
        "[{\"role\": \"assistant\", \"content\": \"\(content)\"}]"
    }

    @Test func conversations() throws {
        let expected = PreferencePair(prompt: "Sky?", chosen: "Blue", rejected: "Green")
        // With the prompt, without it, and with the prompt twice, as UltraFeedback has it.
        for (prompt, chosen, rejected) in [
            (turns(["Sky?"]), answer("Blue"), answer("Green")),
            (nil, turns(["Sky?", "Blue"]), turns(["Sky?", "Green"])),
            ("\"Sky?\"", turns(["Sky?", "Blue"]), turns(["Sky?", "Green"])),
        ] {
            let lead = prompt.map { "\"prompt\": \($0), " } ?? ""
            let line = "{\(lead)\"chosen\": \(chosen), \"rejected\": \(rejected)}"
            #expect(try pair(line) == expected)
        }
        let long = ["Be brief.", "Hi", "Hello", "Sky?"]
        let found = try pair(
            "{\"chosen\": \(turns(long + ["Blue"], system: true)), "
                + "\"rejected\": \(turns(long + ["Green"], system: true))}")
        #expect(found.messages?.map(\.role) == ["system", "user", "assistant", "user"])
        #expect(found.prompt == "Be brief.\n\nHi\n\nHello\n\nSky?")
        #expect((found.chosen, found.rejected) == ("Blue", "Green"))
    }

    // MARK: - Splits

    @Test func pairsOfAPromptStandOnOneSide() {
        let pairs = JSONLPairs(file: scratch.write(lines(0..<120, of: 40)), heldOut: 10)
        #expect(pairs.problems().isEmpty)
        #expect(pairs.pairCount() == 90)
        let held = pairs.testPairs(limit: 1000)
        #expect(Set(held).count == 30)
        #expect(Set(held.map(\.prompt)).count == 10)
        #expect(pairs.testPairs(limit: 7) == Array(held.prefix(7)))
        let trained = trainingPairs(pairs, 90)
        #expect(Set(trained).count == 90)
        #expect(Set(trained.map(\.prompt)).isDisjoint(with: held.map(\.prompt)))
        // The next pass has the same ones in another order.
        let second = Array(trainingPairs(pairs, 180).suffix(90))
        #expect(Set(second) == Set(trained))
        #expect(second != trained)
    }

    @Test func theSamePairIsTestedOnce() {
        let file = scratch.write(lines(0..<4) + lines(0..<4))
        let pairs = JSONLPairs(
            file: scratch.write(lines(10..<12), to: "train.jsonl"), testFile: file)
        #expect(pairs.problems().isEmpty)
        #expect(pairs.testPairs(limit: 100).count == 4)
    }

    // MARK: - Faults

    @Test("Pairs without a difference are counted and the first is named")
    func pairsWithoutADifference() {
        let sound = lines(0..<3)
        let same = #"{"prompt": "Q", "chosen": "yes", "rejected": "yes"}"#
        let found = message([sound + same, same])
        #expect(
            found
                == "data.jsonl:4: column 'rejected': found the same as in 'chosen' (so in 2 of 5 "
                + "records, here first), expected two completions that differ; leave such pairs out"
        )
        let talk = turns(["Hi", "Hello"])
        #expect(
            message(["{\"chosen\": \(talk), \"rejected\": \(talk)}"])
                .contains("the same as in 'chosen' (so in 1 of 1 records, here first)"))
    }

    @Test(arguments: [
        (#"{"prompt": "p", "completion": "c"}"#, ":1: found records without preferences"),
        (#"{"prompt": "p", "chosen": "c"}"#, ":1: found records without preferences"),
        (#"{"chosen": "a b", "rejected": 3}"#, "column 'rejected': found the number 3"),
        (#"{"chosen": "x", "rejected": "y"}"#, "column 'chosen': found no prompt before"),
    ])
    func noPairs(line: String, found: String) {
        #expect(message([line]).contains(found), "\(message([line]))")
    }

    /// A conversation that parts before its last turn has no one answer to prefer.
    @Test func severalTurnsAfterThePrompt() {
        let chosen = turns(["Hi", "Hello", "Sky?", "Blue"])
        let rejected = turns(["Hi", "Hey", "Sky?", "Green"])
        #expect(
            message(["{\"chosen\": \(chosen), \"rejected\": \(rejected)}"]).hasPrefix(
                "data.jsonl:1: column 'chosen': found 3 turns after what both begin with (so in 1 "
                    + "of 1 records, here first), expected one turn of the assistant"))
        let short = turns(["Hi", "Hello"])
        #expect(
            message(["{\"chosen\": \(chosen), \"rejected\": \(short)}"])
                .contains("column 'chosen': found 2 turns after"))
        #expect(
            message(["{\"chosen\": \(short), \"rejected\": \(chosen)}"])
                .contains("column 'chosen': found 0 turns after"))
        let users = turns(["Hi"]) + ", \"rejected\": " + turns(["Ho"])
        #expect(
            message(["{\"prompt\": \"Q\", \"chosen\": \(users)}"]).contains("found a turn of user"))
    }

    @Test func options() throws {
        #expect(JSONLPairs().problems().map(\.key) == ["file"])
        let file = scratch.write(lines(0..<3))
        #expect(
            JSONLPairs(file: file, heldOut: 0.0001).problems().map(\.message) == [
                "holds out 0 of 3 pairs; give a number of them, such as 1"
            ])
        #expect(
            JSONLPairs(file: file, heldOut: 3).problems().map(\.message) == [
                "holds out all 3 pairs; lower it"
            ])
        let text = String(decoding: try JSONEncoder().encode(JSONLPairs()), as: UTF8.self)
        for key in ["file", "test_file", "columns", "held_out", "shuffle_seed"] {
            #expect(text.contains("\"\(key)\":"), "\(key)")
        }
        let again = try JSONDecoder().decode(
            JSONLPairs.self, from: Data(#"{"file": "/a.jsonl"}"#.utf8))
        #expect(again.source.heldOut == 0.1)
        #expect(PairRegistry.pairs()["jsonl"] == JSONLPairs.self)
    }
}

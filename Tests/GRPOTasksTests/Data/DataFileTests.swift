import Foundation
import GRPOTasks
import Testing

/// Files as they come: arrays, gzip, marks and line ends of other systems.
@Suite struct DataFileTests {
    private let scratch = DataScratch()

    private func texts(_ bytes: [UInt8], _ count: Int) throws -> [String] {
        let texts = JSONLTexts(file: scratch.write(bytes), shuffleSeed: nil)
        try #require(texts.problems().map(\.message) == [])
        // The next pass begins with the first again.
        let found = documents(texts, count + 1).map(\.completion)
        #expect(found.last == found.first)
        return Array(found.dropLast())
    }

    @Test(arguments: [
        "{\"text\": \"a\"}\n{\"text\": \"b\"}\n", "{\"text\": \"a\"}\n{\"text\": \"b\"}",
        "\u{FEFF}{\"text\": \"a\"}\r\n\r\n  \n {\"text\": \"b\"} \r\n",
        "[{\"text\": \"a\"}, {\"text\": \"b\"}]",
        "\u{FEFF}\n[\n  {\n    \"text\": \"a\",\n    \"more\": [1, {\"x\": []}]\n  },\n  {\n"
            + "    \"text\": \"b\"\n  }\n]\n",
    ])
    func twoRecords(content: String) throws {
        #expect(try texts(Array(content.utf8), 2) == ["a", "b"])
        #expect(try texts(gzipped(Array(content.utf8)), 2) == ["a", "b"])
    }

    @Test func gzipOfSeveralMembers() throws {
        let parts = ["{\"text\": \"a\"}\n{\"te", "xt\": \"b\"}\n"].map { gzipped(Array($0.utf8)) }
        #expect(try texts(parts[0] + parts[1], 2) == ["a", "b"])
    }

    @Test func damagedGzipIsRefused() throws {
        let whole = gzipped(Array("{\"text\": \"a\"}\n".utf8))
        for count in 18..<whole.count {
            let found = JSONLTexts(file: scratch.write(Array(whole[..<count]))).problems()
            #expect(found.count == 1)
            #expect(found.first?.message.contains("compressed data") == true, "\(count) bytes")
        }
        for place in 15..<(whole.count - 4) {
            var bytes = whole
            bytes[place] ^= 0x20
            let found = JSONLTexts(file: scratch.write(bytes)).problems()
            #expect(found.first?.message.contains("damaged compressed data") == true, "\(place)")
        }
    }

    @Test(arguments: [
        ("", "an empty file"), ("\n \n", "no record"), ("[]", "no record"), ("PAR1x", "a Parquet"),
    ])
    func noRecords(content: String, found: String) {
        let problems = JSONLTexts(file: scratch.write(content)).problems()
        #expect(problems.map(\.key) == ["file"])
        #expect(problems.first?.message.contains("found " + found) == true)
    }

    @Test func noFile() {
        let missing = JSONLProblems(file: scratch.path("gone.jsonl")).problems()
        #expect(
            missing.map { scratch.relative($0.message) } == [
                "gone.jsonl: found no such file, expected a file of JSON lines; check the path"
            ])
        let fetched = JSONLProblems(file: scratch.path("Datasets/gsm8k/train.jsonl")).problems()
        #expect(fetched.first?.message.hasSuffix("; bring it with ./Scripts/fetch gsm8k") == true)
        let directory = JSONLProblems(file: scratch.path(".")).problems()
        #expect(directory.first?.message.contains("found a directory") == true)
        #expect(JSONLProblems().problems().map(\.key) == ["file"])
        let test = JSONLProblems(
            file: scratch.questions(0..<3), testFile: scratch.path("gone.jsonl"))
        #expect(test.problems().map(\.key) == ["test_file"])
    }

    /// Every problem a place, each once in every pass, in another order.
    @Test(arguments: [1, 2, 3, 7, 16, 100, 1000])
    func shuffled(count: Int) {
        let orders = (0..<3 as Range<UInt64>).map { seed in
            let order = IndexPermutation(count: count, seed: seed)
            return (0..<count).map { order[$0] }
        }
        for order in orders { #expect(order.sorted() == Array(0..<count)) }
        if count >= 16 { #expect(Set(orders + [Array(0..<count)]).count == 4) }
    }

    /// A place goes everywhere about equally often: chi-squared over 16 places, 15 degrees of
    /// freedom, 99.9% below 37.7.
    @Test func shufflesAreFair() {
        var seen = [Int](repeating: 0, count: 16)
        for seed in 0..<3200 { seen[IndexPermutation(count: 16, seed: UInt64(seed))[5]] += 1 }
        let deviation = seen.reduce(0.0) { $0 + pow(Double($1) - 200, 2) / 200 }
        #expect(deviation < 37.7)
    }

    @Test func eachPassHasEveryProblemOnce() {
        let task = JSONLProblems(file: scratch.questions(0..<50), heldOut: 5)
        #expect(task.problems().isEmpty)
        let first = trainingProblems(task, 45).map(\.id)
        let second = trainingProblems(task, 45, pass: 1).map(\.id)
        #expect(Set(first).count == 45)
        #expect(Set(first) == Set(second))
        #expect(first != second)
        let again = JSONLProblems(file: scratch.questions(0..<50), heldOut: 5)
        #expect(trainingProblems(again, 45).map(\.id) == first)
        let ordered = JSONLProblems(
            file: scratch.questions(0..<50), testFile: scratch.questions(60..<61, to: "t.jsonl"),
            shuffleSeed: nil)
        #expect(
            trainingProblems(ordered, 50).map(\.prompt) == (0..<50).map { "What is \($0)?" })
    }
}

import GRPOTasks
import Testing

/// Files from strangers: each fault is named with its line, and no bytes bring the reader down.
@Suite struct HostileDataTests {
    private let scratch = DataScratch()

    private func message(_ bytes: [UInt8], _ columns: DataColumns = DataColumns()) -> String {
        let found = JSONLProblems(file: scratch.write(bytes), columns: columns).problems()
        return found.count == 1 ? scratch.relative(found[0].message) : "\(found)"
    }

    private func message(_ text: String, _ columns: DataColumns = DataColumns()) -> String {
        message(Array(text.utf8), columns)
    }

    private let sound = "{\"prompt\": \"p\", \"answer\": 1}\n"
    private let remedy =
        "; write one JSON object on each line, or one array of objects, in UTF-8"

    /// The fault stands in the second line.
    @Test(arguments: [
        ("{", "found the end of the text at byte 2, expected a key in quotes"),
        ("x", "found 'x' at byte 1, expected an object"),
        ("{'a': 1}", "found ''' at byte 2, expected a key in quotes"),
        ("{\"a\": 1,}", "found '}' at byte 9, expected a key in quotes"),
        ("{\"a\": 01}", "found '1' at byte 8, expected ',' or '}'"),
        ("{\"a\": NaN}", "found 'N' at byte 7, expected a value"),
        ("[1]", "found '[' at byte 1, expected an object"),
        ("{\"a\": 1} {}", "found '{' at byte 10, expected the end of the JSON text"),
        ("{\"a\": 1, \"a\": 2}", "found the key 'a' a second time at byte 10, expected each key"),
        ("{\"a\": \"\\ud800\"}", "found half of a surrogate pair at byte 8"),
        ("{\"a\": \"\t\"}", "found the byte 9 at byte 8, expected an escape"),
    ])
    func faultyLines(line: String, found: String) {
        let message = message(sound + line + "\n" + sound)
        #expect(message.hasPrefix("data.jsonl:2: " + found), "\(message)")
        #expect(message.hasSuffix(remedy))
    }

    @Test func aByteThatIsNotUTF8() {
        let message = message(Array(sound.utf8) + Array("{\"prompt\": \"".utf8) + [0xFF, 0x22])
        #expect(message.hasPrefix("data.jsonl:2: found bytes that are not UTF-8 at byte 12"))
    }

    @Test func deepNestingIsRefused() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = String(repeating: open, count: 100_000)
            let line = "{\"a\": \(deep)1\(String(repeating: close, count: 100_000))}"
            #expect(message(line).hasPrefix("data.jsonl:1: found nesting deeper than 64"))
        }
        let array = String(repeating: "[", count: 1_000_000)
        #expect(message(array).contains("found an array at byte 2, expected an object"))
    }

    @Test func aRecordThatIsTooLongIsRefused() {
        let long = String(repeating: "x", count: 1 << 24)
        let found =
            "found a record of more than 16777216 bytes, expected at most that; "
            + "write one JSON object on each line, or cut the record"
        #expect(message(sound + "{\"prompt\": \"\(long)\"}") == "data.jsonl:2: " + found)
        #expect(message("[\n{\"prompt\": \"\(long)\"}]") == "data.jsonl:2: " + found)
    }

    /// The longest record is read, and of a longer one nothing behind the limit is looked at.
    @Test func theLimitOfARecordIsSharp() {
        func record(_ count: Int) -> String {
            let head = "{\"prompt\": \"p\", \"answer\": 1, \"more\": [\""
            return head + String(repeating: "x", count: count - head.utf8.count - 3) + "\"]}"
        }
        for (open, close) in [("", "\n"), ("[", "]")] {
            #expect(message(open + record(1 << 24) + close).contains("holds out"))
            for count in [1 << 24 + 1, 1 << 24 + 2] {
                let message = message(open + record(count) + "\u{1}{" + close)
                #expect(message.hasPrefix("data.jsonl:1: found a record of more than"))
            }
        }
        // A fault before the limit is told as what it is.
        let fault = "[{\"prompt\": \u{1}" + String(repeating: "x", count: 1 << 24)
        #expect(message(fault).hasPrefix("data.jsonl:1: found the byte 1 at byte 13"))
    }

    /// What is passed over is checked all the same.
    @Test(arguments: [
        "[{\"a\": [\"\u{1}\"]}]", "[{\"a\": {\"\\x\": 1}}]", "[{\"a\": [\"\\ud800\"]}]",
        "[{\"a\": [\"b}]", "[{\"a\": {\"b\" 1}}]", "[{\"a\": {1: 1}}]", "[{\"a\": [1 2]}]",
    ])
    func faultsInWhatIsNotRead(content: String) {
        #expect(message(content).hasPrefix("data.jsonl:1: found"), "\(message(content))")
        #expect(message(content).hasSuffix(remedy))
    }

    /// 80 kB of zero bits, each pair of them 258 line feeds: text is never so regular.
    @Test func aGzipBombIsRefused() {
        let head: [UInt8] = [
            0xED, 0xC1, 0x31, 0x01, 0, 0, 0, 0xC2, 0xA0, 0x7F, 0xFD, 0x03, 0x1B, 0x44, 0xA0,
        ]
        let bomb =
            [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF] + head
            + [UInt8](repeating: 0, count: 80_000)
        #expect(message(bomb).contains("bytes that unpack to more than 200 times as many"))
    }

    @Test(arguments: [
        ("{\"prompt\": \"p\"}", "column 'answer': found no such column among prompt, expected"),
        ("{\"prompt\": \"p\", \"answer\": null}", "column 'answer': found null, expected text or"),
        ("{\"prompt\": \"p\", \"answer\": [1]}", "column 'answer': found an array, expected text"),
        ("{\"prompt\": \"p\", \"answer\": \"a\"}", "column 'answer': found 'a', expected a number"),
        ("{\"answer\": 1}", "column 'prompt': found no such column among answer, expected text"),
        ("{}", "column 'prompt': found no such column among none, expected text"),
        ("{\"prompt\": 3, \"answer\": 1}", "column 'prompt': found the number 3, expected text"),
        ("{\"prompt\": \"\", \"answer\": 1}", "column 'prompt': found an empty text, expected"),
        ("{\"prompt\": [], \"answer\": 1}", "column 'prompt': found a conversation of 0 turns"),
        ("{\"prompt\": {}, \"answer\": 1}", "column 'prompt': found an object, expected text"),
        (
            "{\"prompt\": [{\"role\": \"user\"}], \"answer\": 1}",
            "found a turn with no content at byte 13, expected a turn: {role, content}"
        ),
        (
            "{\"prompt\": [\"Hi\"], \"answer\": 1}",
            "found a string at byte 13, expected a turn: {role, content} or {from, value}"
        ),
        (
            "{\"prompt\": [{\"from\": \"cat\", \"value\": \"\"}], \"answer\": 1}",
            "found the speaker 'cat' at byte 14, expected human, gpt or system"
        ),
        (
            "{\"prompt\": [{\"role\": \"user\", \"content\": null}], \"answer\": 1}",
            "found null at byte 41, expected text as the content of a turn"
        ),
    ])
    func faultyColumns(line: String, found: String) {
        let message = message(sound + line + "\n")
        #expect(message.hasPrefix("data.jsonl:2: " + found), "\(message)")
    }

    /// In an array the line is that of the record, wherever it stands.
    @Test func linesOfAnArray() {
        let message = message("[\n{\"prompt\": \"p\",\n\"answer\": 1},\n\n{\"prompt\": \"q\"}\n]\n")
        #expect(message.hasPrefix("data.jsonl:5: column 'answer': found no such column"))
    }

    @Test func unknownColumnsAreListed() {
        #expect(
            message("{\"question\": \"p\", \"answer\": 1}\n")
                == "data.jsonl:1: found the columns question, answer, expected prompt, messages, "
                + "chosen and rejected, instruction, or text; name them with columns:, such as "
                + "columns: {prompt: question}")
    }

    /// What a message quotes cannot move a terminal's cursor.
    @Test func messagesAreSafeToPrint() {
        let message = message("{\"prompt\": \"p\", \"answer\": \"\\u001b[2J\\u202e\"}\n")
        #expect(message.contains("found '\\u{1b}[2J\\u{202e}'"))
        let name = self.message("{\"\\u001b[2J\": 1}\n")
        #expect(name.contains("found the columns \\u{1b}[2J, expected"))
        let many = (0..<10_000).map { "\"c\($0)\": 1" }.joined(separator: ", ")
        #expect(self.message("{\(many)}\n").utf8.count < 400)
        let long = String(repeating: "y", count: 10_000)
        #expect(self.message("{\"prompt\": \"p\", \"answer\": \"\(long)\"}\n").utf8.count < 400)
    }

    /// Many files that are almost sound: each is read or refused, none is a trap.
    @Test func mutatedFiles() {
        let seeds = [
            sound
                + "{\"prompt\": [{\"role\": \"user\", \"content\": \"\\u00e9\"}], \"answer\": 2}\n",
            "[{\"prompt\": \"a\", \"answer\": \"#### 1,000\"}, {\"chosen\": [], \"rejected\": {}}]",
            "{\"chosen\": \"ab c\", \"rejected\": \"ab d\", \"answer\": 1}\n",
            "{\"conversations\": [{\"from\": \"human\", \"value\": \"x\"}], \"answer\": 3}\n",
        ].map { Array($0.utf8) }
        let pieces = ["\"", "{", "}", "[", "]", "\\", "\n", ",", ":", "null", "\u{0}", "\\ud800"]
        var random = SplitMix64(seed: 7)
        var refused = 0
        for round in 0..<1000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0...random.drawInteger(below: 4) {
                let place = random.drawInteger(below: bytes.count + 1)
                switch random.drawInteger(below: 4) {
                case 0 where place < bytes.count:
                    bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1 where place < bytes.count: bytes.remove(at: place)
                case 2: bytes.insert(contentsOf: random.drawElement(of: pieces).utf8, at: place)
                default: bytes.removeLast(min(bytes.count, random.drawInteger(below: 6)))
                }
            }
            let content = round % 5 == 0 && bytes.count < 60_000 ? gzipped(bytes) : bytes
            let file = scratch.write(content)
            let task = JSONLProblems(file: file, heldOut: 1)
            let texts = JSONLTexts(file: file)
            if texts.problems().isEmpty { _ = documents(texts, 3) }
            if task.problems().isEmpty {
                _ = trainingProblems(task, 2)
                _ = task.testProblems(limit: 5, seed: 0)
            } else {
                refused += 1
            }
        }
        #expect((500..<1000).contains(refused), "\(refused) refused")
    }
}

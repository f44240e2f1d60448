import GRPOTokenizers
import Testing

/// Ids and texts against Hugging Face `tokenizers`.
@Suite struct HuggingFaceTests {
    @Test(arguments: Fixture.vocabularies)
    func hardStringsHaveTheSameIDs(_ vocabulary: String) throws {
        let tokenizer = try Made.tokenizer(vocabulary)
        let strings = try Fixture.json("strings.json", as: [String].self)
        let rows = try Fixture.json("\(vocabulary)-ids.json", as: Fixture.Expected.self).strings
        try #require(strings.count == rows.count)
        #expect(strings.count > 500)
        for (string, row) in zip(strings, rows) {
            let shown = string.unicodeScalars.prefix(80).map { $0.escaped(asASCII: true) }.joined()
            #expect(try tokenizer.encode(string, allowSpecial: true) == row.ids, "\(shown)")
            #expect(
                try tokenizer.encode(string, allowSpecial: false) == row.plain ?? row.ids,
                "\(shown), special tokens as text")
        }
    }

    /// Canonically equal strings are `==` in Swift, so bytes are compared.
    @Test(arguments: Fixture.vocabularies)
    func hardStringsReturnUnchanged(_ vocabulary: String) throws {
        let tokenizer = try Made.tokenizer(vocabulary)
        let strings = try Fixture.json("strings.json", as: [String].self)
        let rows = try Fixture.json("\(vocabulary)-ids.json", as: Fixture.Expected.self).strings
        for (string, row) in zip(strings, rows) {
            let expected = Array((row.decoded ?? string).utf8)
            for ids in [row.ids, row.plain ?? row.ids] {
                #expect(Array(tokenizer.decode(ids, skipSpecial: false).utf8) == expected)
            }
        }
        // Only SmolLM2's vocabulary lacks bytes, and those alone are lost.
        let changed = zip(strings, rows).filter { $0.1.decoded != nil }
        #expect(changed.isEmpty == (vocabulary != "smollm2"))
        for (string, row) in changed {
            let present = string.utf8.filter { byte in
                (0..<Int32(tokenizer.vocabularySize)).contains {
                    tokenizer.tokenBytes($0) == [byte]
                }
            }
            #expect(
                Array(String(decoding: present, as: UTF8.self).utf8) == Array(row.decoded!.utf8))
        }
    }

    @Test(arguments: Fixture.vocabularies)
    func brokenUTF8IsReplacedAlike(_ vocabulary: String) throws {
        let tokenizer = try Made.tokenizer(vocabulary)
        for noise in try Fixture.json("\(vocabulary)-ids.json", as: Fixture.Expected.self).noise {
            let text = tokenizer.decode(noise.ids, skipSpecial: true)
            #expect(Array(text.utf8) == Array(noise.decoded.utf8))

            var stream = StreamDecoder(tokenizer, skipSpecial: true)
            let streamed = noise.ids.map { stream.push($0) }.joined() + stream.finish()
            #expect(Array(streamed.utf8) == Array(noise.decoded.utf8))
        }
    }

    @Test func chatsAreWrittenAlike() throws {
        let fixture = try Fixture.json("chats.json", as: Fixture.Chats.self)
        let tokenizer = try Made.tokenizer("smollm2")
        #expect(tokenizer.description.chatTemplate == fixture.templates["smollm2"])
        for chat in fixture.chats {
            let source = try #require(fixture.templates[chat.template])
            let template = try ChatTemplate(source: source)
            let text = try template.text(
                chat.messages, addGenerationPrompt: chat.addGenerationPrompt)
            #expect(text == chat.text, "\(chat.template)")
            let segments = try template.segments(
                chat.messages, addGenerationPrompt: chat.addGenerationPrompt)
            #expect(try tokenizer.encode(segments) == chat.ids, "\(chat.template)")
        }
        #expect(Set(fixture.chats.map(\.template)) == Set(fixture.templates.keys))
    }

    @Test func everyScalarHasTheSameClass() throws {
        let classes = try Fixture.json("scalar_classes.json", as: [String: [[UInt32]]].self)
        func scalars(_ name: String) throws -> Set<UInt32> {
            Set(try #require(classes[name]).flatMap { $0[0]...$0[1] })
        }
        let (letters, numbers) = (try scalars("letter"), try scalars("number"))
        let (spaces, isolated) = (try scalars("space"), try scalars("isolated"))
        let neither: ScalarClass = [.mark, .punctuation, .symbol, .other]
        var wrong: [UInt32] = []
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let expected: ScalarClass =
                if letters.contains(value) {
                    .letter
                } else if numbers.contains(value) {
                    .number
                } else if isolated.contains(value) {
                    .newNumber
                } else if spaces.contains(value) {
                    .space
                } else {
                    .other
                }
            let found = ScalarClass(scalar)
            let isRight = expected == .other ? neither.contains(found) : found == expected
            if !isRight { wrong.append(value) }
        }
        #expect(wrong.isEmpty, "\(wrong.count) scalars, the first \(wrong.prefix(5))")
        #expect(letters.count > 100_000)
    }
}

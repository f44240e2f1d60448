import GRPOTokenizers
import Testing

@Suite struct StreamDecoderTests {
    /// The ids of single bytes, so that every character is split.
    static func bytes(_ text: String, _ tokenizer: any Tokenizer) throws -> [Int32] {
        var ids: [UInt8: Int32] = [:]
        for id in 0..<Int32(tokenizer.vocabularySize) {
            let bytes = tokenizer.tokenBytes(id)
            if bytes.count == 1 { ids[bytes[0]] = id }
        }
        return try text.utf8.map { try #require(ids[$0]) }
    }

    @Test func charactersAppearWhenWhole() throws {
        let tokenizer = try Made.tokenizer("small-gpt2")
        var stream = StreamDecoder(tokenizer, skipSpecial: true)
        let pushed = try Self.bytes("a\u{e9}\u{4e2d}\u{1F600}z", tokenizer).map { stream.push($0) }
        #expect(
            pushed == ["a", "", "\u{e9}", "", "", "\u{4e2d}", "", "", "", "\u{1F600}", "z"])
        #expect(stream.finish() == "")
    }

    @Test func anUnfinishedCharacterIsReplacedAtTheEnd() throws {
        let tokenizer = try Made.tokenizer("small-gpt2")
        var stream = StreamDecoder(tokenizer, skipSpecial: true)
        let ids = try Self.bytes("x\u{1F600}", tokenizer).dropLast()
        #expect(ids.map { stream.push($0) } == ["x", "", "", ""])
        #expect(stream.finish() == "\u{FFFD}")
        #expect(stream.finish() == "")
    }

    @Test func specialTokensAreSkippedOrShown() throws {
        let tokenizer = try Made.tokenizer("smollm2")
        var silent = StreamDecoder(tokenizer, skipSpecial: true)
        #expect(silent.push(2) == "")
        var loud = StreamDecoder(tokenizer, skipSpecial: false)
        #expect(loud.push(2) == "<|im_end|>")
    }
}

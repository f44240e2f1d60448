import Foundation
import GRPOJSON
import GRPOTokenizers
import Testing

/// Every family of tokenizers against Hugging Face `tokenizers`, from and to `tokenizer.json`;
/// `Fixtures/make_family_fixtures.py` made what is expected.
@Suite struct FamilyTests {
    static let byteLevel = [
        "gpt-2", "starcoder", "llama-bpe", "qwen2", "qwen35", "deepseek-llm", "deepseek-coder",
        "deepseek-v3", "tekken",
    ]
    static let sentencePiece = ["llama-spm", "mistral-first", "mistral-always"]

    static func file(_ family: String) throws -> [UInt8] {
        [UInt8](try Fixture.data("family-\(family).json"))
    }

    static func strings() throws -> [String] {
        try Fixture.json("strings.json", as: [String].self)
            + Fixture.json("family-strings.json", as: [String].self)
    }

    /// FNV-1a over the parts' 32-bit numbers, a separator after each part.
    static func checksum(_ parts: [Int32]...) -> String {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325
        for part in parts {
            for number in part + [-1] {
                withUnsafeBytes(of: number.littleEndian) { bytes in
                    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
                }
            }
        }
        let hex = String(value, radix: 16)
        return String(repeating: "0", count: 16 - hex.count) + hex
    }

    static func checksum(_ string: String, _ tokenizer: any Tokenizer) throws -> String {
        let ids = try tokenizer.encode(string, allowSpecial: true)
        let plain = try tokenizer.encode(string, allowSpecial: false)
        let decoded = tokenizer.decode(ids, skipSpecial: false).utf8.map { Int32($0) }
        return checksum(ids, plain, decoded)
    }

    @Test(arguments: byteLevel + sentencePiece)
    func twoThousandHardStringsAreTheSame(_ family: String) throws {
        let description = try TokenizerFile.read(
            tokenizer: try Self.file(family), name: family)
        let tokenizer = try Tokenizers.make(description)
        let strings = try Self.strings()
        let rows = try Fixture.json("families.json", as: [String: [String]].self)
        let expected = try #require(rows[family])
        try #require(strings.count == 2000 && expected.count == 2000)
        for (string, row) in zip(strings, expected) {
            let shown = string.unicodeScalars.prefix(80).map { $0.escaped(asASCII: true) }
            #expect(try Self.checksum(string, tokenizer) == row, "\(shown.joined())")
        }
    }

    /// What a GGUF file says of a family is its name alone.
    @Test(arguments: byteLevel.filter { $0 != "tekken" })
    func theNameMeansTheSameRules(_ family: String) throws {
        let read = try TokenizerFile.read(tokenizer: try Self.file(family), name: family)
        #expect(
            read.preTokenizer == (family == "starcoder" ? "smollm" : family))
        var named = read
        named.preTokenizer = family
        named.splitRules = nil
        named.normalizers = nil
        named.ignoresMerges = nil
        let (one, other) = (try Tokenizers.make(read), try Tokenizers.make(named))
        for string in try Self.strings().suffix(500) {
            #expect(try Self.checksum(string, one) == Self.checksum(string, other))
        }
    }

    @Test(arguments: byteLevel + sentencePiece)
    func whatIsWrittenReadsTheSame(_ family: String) throws {
        let read = try TokenizerFile.read(tokenizer: try Self.file(family), name: family)
        let written = try TokenizerFile.tokenizerJSON(read)
        let again = try TokenizerFile.read(tokenizer: written, name: family)
        #expect(again == read)
        #expect(try TokenizerFile.tokenizerJSON(again) == written)
    }

    @Test func mergesFollowFromScores() throws {
        let merges = try SentencePieceMerges.make(
            tokens: ["<unk>", "a", "b", "c", "ab", "bc", "abc", "</s>"],
            types: [.unknown, .normal, .normal, .normal, .normal, .normal, .normal, .control],
            scores: [0, -10, -11, -12, -2, -1, -3, 0])
        #expect(merges == ["b c", "a b", "ab c", "a bc"])
        #expect(throws: TokenizerError.scoreCount(scores: 1, tokens: 2)) {
            try SentencePieceMerges.make(tokens: ["a", "b"], types: [], scores: [1])
        }
    }

    /// Text of a hostile or damaged file, and a part of what is said about it.
    static let refused: [(String, String)] = [
        ("", "byte 0"),
        ("{", "a key in quotes"),
        ("[1,2", "',' or ']'"),
        ("{\"a\":tru}", "true or false"),
        ("\"\\ud800\"", "surrogate"),
        (String(repeating: "[", count: 100_000), "deeper than 64"),
        ("{}", "the vocabulary and its merges"),
        (#"{"model":{"type":"Unigram","vocab":[]}}"#, "BPE with merges"),
        (#"{"model":{"type":"BPE","vocab":{"a":9000000000},"merges":[]}}"#, "from 0 to 1025"),
        // A table of 2^24 tokens for a file of 60 bytes.
        (#"{"model":{"type":"BPE","vocab":{"a":16777215},"merges":[]}}"#, "from 0 to 1025"),
        (
            #"{"added_tokens":[{"id":16777215,"content":"b"}],"model":{"vocab":{"a":0},"merges":[]}}"#,
            "from 0 to 1027"
        ),
        (#"{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}"#, "from 0 to 1025"),
        (#"{"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}}"#, "a second time"),
        (#"{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}}"#, "one token for each id"),
        (#"{"model":{"type":"BPE","vocab":{"a":0},"merges":[3]}}"#, "two tokens"),
        (#"{"model":{"type":"BPE","dropout":0.1,"vocab":{"a":0},"merges":[]}}"#, "dropout"),
        (
            #"{"normalizer":{"type":"Lowercase"},"model":{"vocab":{"a":0},"merges":[]}}"#,
            "NFC, NFKC"
        ),
        (
            #"{"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel","#
                + #""add_prefix_space":true}]},"model":{"vocab":{"a":0},"merges":[]}}"#,
            "pre_tokenizer.pretokenizers[0].add_prefix_space"
        ),
    ]

    @Test(arguments: refused)
    func aHostileFileIsRefused(_ text: String, _ part: String) throws {
        let error = try #require(throws: TokenizerError.self) {
            try TokenizerFile.read(tokenizer: Array(text.utf8), name: "x")
        }
        #expect("\(error)".contains(part), "\(error)")
    }

    @Test func aByteLevelIsFoundAtAnyDepth() throws {
        let step = #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}"#
        for depth in 0..<3 {
            let open = #"{"type":"Sequence","pretokenizers":["#
            let nested =
                String(repeating: open, count: depth) + step + String(repeating: "]}", count: depth)
            let text = #"{"pre_tokenizer":"# + nested + #","model":{"vocab":{"a":0},"merges":[]}}"#
            let description = try TokenizerFile.read(tokenizer: Array(text.utf8), name: "x")
            #expect(description.kind == .bytePair, "\(depth)")
        }
    }

    @Test func aPatternMustCompileAndStayWithinBounds() throws {
        func description(_ pattern: String) -> TokenizerDescription {
            var description = BytePairTokenizerTests.tiny
            description.preTokenizer = nil
            description.splitRules = [.pattern(pattern, dropsGaps: false)]
            return description
        }
        #expect(throws: TokenizerError.self) { try Tokenizers.make(description("(a")) }
        let costly = try Tokenizers.make(description("(a|a|aa)+[bc]"))
        #expect(throws: TokenizerError.patternTooCostly("(a|a|aa)+[bc]")) {
            try costly.encode(String(repeating: "a", count: 400), allowSpecial: false)
        }
    }

    @Test func settingsBesideTheTokenizer() throws {
        let settings = """
            {"add_bos_token": true, "bos_token": {"content": "<s>"}, "eos_token": "</s>",
             "chat_template": "{{ x }}"}
            """
        let configuration = try #require(JSONValue(settings))
        let description = try TokenizerFile.read(
            tokenizer: try Self.file("llama-spm"), configuration: configuration,
            endOfTextIDs: [2, 0], name: "llama")
        #expect(description.bosID == 1 && description.addsBOS)
        #expect(description.endOfTextIDs == [2, 0])
        #expect(description.chatTemplate == "{{ x }}")
        let again = try TokenizerFile.read(
            tokenizer: try TokenizerFile.tokenizerJSON(description), name: "llama")
        #expect(again.addsBOS && again.bosID == 1)
    }
}

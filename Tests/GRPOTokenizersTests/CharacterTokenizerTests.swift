import Foundation
import GRPOTokenizers
import Testing

@Suite struct CharacterTokenizerTests {
    let tokenizer = CharacterTokenizer(alphabet: "Q:?=+0123456789<>/\nthinkaswer\u{301}")

    @Test func charactersAreInAscendingOrderAndTheEndingIsLast() throws {
        let small = CharacterTokenizer(alphabet: "cabba")
        #expect(small.description.tokens == ["a", "b", "c", "<|end|>"])
        #expect(small.endOfTextIDs == [3])
        #expect(small.bosID == nil && !small.addsBOS)
        #expect(try small.encode("abcab", allowSpecial: false) == [0, 1, 2, 0, 1])
    }

    @Test func textReturnsUnchanged() throws {
        for text in ["", "Q:57+68=?", "<think>\n5+6=11</think>", "e\u{301}a", "\n\n"] {
            let ids = try tokenizer.encode(text, allowSpecial: false)
            #expect(ids.count == text.unicodeScalars.count)
            #expect(Array(tokenizer.decode(ids, skipSpecial: true).utf8) == Array(text.utf8))
        }
    }

    @Test func theEndingIsReadOnlyWhereAllowed() throws {
        let end = try #require(tokenizer.endOfTextIDs.first)
        #expect(try tokenizer.encode("1<|end|>2", allowSpecial: true).contains(end))
        #expect(tokenizer.decode([end], skipSpecial: true) == "")
        #expect(tokenizer.decode([end], skipSpecial: false) == "<|end|>")
        #expect(throws: TokenizerError.self) {
            try tokenizer.encode("1<|end|>2", allowSpecial: false)
        }
        let spelling = CharacterTokenizer(alphabet: "<|end>")
        #expect(try spelling.encode("<|end|>", allowSpecial: false).count == 7)
        #expect(try spelling.encode("<|end|>", allowSpecial: true) == [6])
    }

    @Test func anUnknownCharacterIsNamedWithItsPlace() throws {
        let segments = [
            TextSegment("Q:1", allowSpecial: true), TextSegment("+\u{e9}", allowSpecial: false),
        ]
        let size = tokenizer.vocabularySize - 1
        #expect(throws: TokenizerError.unknownCharacter("\u{e9}", position: 4, alphabet: size)) {
            try tokenizer.encode(segments)
        }
        let error = TokenizerError.unknownCharacter("\u{e9}", position: 4, alphabet: size)
        #expect("\(error)".contains("\"\u{e9}\" (U+00E9) at character 4"))
        let tab = TokenizerError.unknownCharacter("\t", position: 0, alphabet: 1)
        #expect("\(tab)".contains("has U+0009 at character 0"))
    }

    @Test func aDescriptionSurvivesJSON() throws {
        let stored = try JSONEncoder().encode(tokenizer.description)
        let read = try JSONDecoder().decode(TokenizerDescription.self, from: stored)
        #expect(read == tokenizer.description)
        let rebuilt = try Tokenizers.make(read)
        let text = "Q:57+68=?<|end|>"
        #expect(
            try rebuilt.encode(text, allowSpecial: true)
                == tokenizer.encode(text, allowSpecial: true))
        #expect(rebuilt.endOfTextIDs == tokenizer.endOfTextIDs)
    }

    @Test func aBrokenDescriptionIsNamed() {
        var long = tokenizer.description
        long.tokens[2] = "ab"
        #expect(throws: TokenizerError.notACharacter(token: "ab", id: 2)) {
            try Tokenizers.make(long)
        }
        var twice = tokenizer.description
        twice.tokens[3] = twice.tokens[2]
        #expect(
            throws: TokenizerError.duplicateCharacter(twice.tokens[2].unicodeScalars.first!, id: 3)
        ) {
            try Tokenizers.make(twice)
        }
    }
}

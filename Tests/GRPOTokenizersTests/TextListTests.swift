import Foundation
import GRPOTokenizers
import Testing

@Suite struct TextListTests {
    private let texts = ["a", "", "naïve", "\u{0}", "é", "e\u{301}", "🙂 ab", "a"]

    @Test func textsReturnAsTheyWere() {
        let list = TextList(texts)
        #expect(Array(list) == texts && list.count == 8 && list.byteCount == 21)
        #expect(list[2] == "naïve" && list.last == "a" && TextList().isEmpty)
        #expect(list.bytes(at: 6).elementsEqual("🙂 ab".utf8))
    }

    /// As a Swift array does it.
    @Test func textsAreReplacedAddedAndTakenAway() {
        var list = TextList(texts)
        var array = texts
        list[1] = "longer than before"
        array[1] = "longer than before"
        #expect(list == TextList(array))
        list.replaceSubrange(2..<5, with: ["x", "yz"])
        array.replaceSubrange(2..<5, with: ["x", "yz"])
        #expect(list == TextList(array))
        list.swapAt(0, 3)
        array.swapAt(0, 3)
        list.removeLast()
        array.removeLast()
        list += ["q", "r"]
        array += ["q", "r"]
        list.removeFirst(2)
        array.removeFirst(2)
        #expect(Array(list) == array)
    }

    /// Two spellings of one letter are two texts.
    @Test func bytesAreCompared() {
        let list = TextList(texts)
        #expect(list.firstIndex(spelt: "e\u{301}") == 5)
        #expect(list.firstIndex(spelt: "none") == nil)
        #expect(TextList(["é"]) != TextList(["e\u{301}"]))
        #expect(list.firstRepetition() == 7)
        #expect(list.firstRepetition { $0 < 7 } == nil)
        let many = TextList((0..<5000).map { "t\($0 % 4999)" })
        #expect(many.firstRepetition() == 4999)
    }

    @Test func codedTheyAreAnArrayOfStrings() throws {
        let data = try JSONEncoder().encode(TextList(texts))
        #expect(try JSONDecoder().decode([String].self, from: data) == texts)
        #expect(try JSONDecoder().decode(TextList.self, from: data) == TextList(texts))
    }
}

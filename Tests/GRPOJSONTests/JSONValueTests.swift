import Foundation
import GRPOJSON
import Testing

@Suite("JSON as a tree")
struct JSONValueTests {
    @Test(
        "what is not JSON",
        arguments: [
            "", "{", "{\"a\":}", "[1,]", "tru", "\"\\x\"", "1 2", "{\"a\" 1}", "01", "+1", "1.",
            ".5",
            "1e", "NaN", "1e999", "\"\u{1}\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"",
            "\"\\u+123\"", "\"open", "[1", "// no\n1", "{'a': 1}", "\u{FEFF}1",
        ])
    func malformed(text: String) {
        #expect(JSONValue(text) == nil)
    }

    @Test("values, their kinds and their text")
    func values() throws {
        let text = #"{"a":[1,-2,18446744073709551615,0.5,1e3],"b":{"c":"d\ne"},"n":null,"t":true}"#
        let value = try #require(JSONValue(text))
        #expect(
            value
                == .object([
                    "a": .array([
                        .int(1), .int(-2), .unsigned(.max), .double(0.5), .double(1000),
                    ]),
                    "b": .object(["c": .string("d\ne")]), "n": .null, "t": .bool(true),
                ]))
        #expect(value["a"]?.elements?.last?.integer == 1000)
        #expect(value["a"]?.elements?[3].integer == nil)
        #expect(value["n"] == .null)
        #expect(value.present("n") == nil)
        #expect(JSONValue(value.text) == value)
        #expect(JSONValue(value.prettyText) == value)
    }

    @Test("lists of scalars stay on one line")
    func pretty() {
        let value = JSONValue.object([
            "a": .array([.int(1), .int(2)]), "b": .object(["c": .string("d")]),
        ])
        #expect(value.prettyText == "{\n  \"a\": [1, 2],\n  \"b\": {\n    \"c\": \"d\"\n  }\n}")
    }

    @Test("escapes, surrogate pairs and control characters")
    func escapes() {
        #expect(JSONValue(#" "\ud83d\ude00\u00e9\/\b" "#) == .string("\u{1F600}\u{E9}/\u{8}"))
        #expect(JSONValue.string("\u{2028}\u{7F}\"\\").text == #""\u2028\u007f\"\\""#)
    }

    @Test("a key comes once, compared by its bytes")
    func keys() throws {
        #expect(
            throws: JSONFault(
                offset: 7, found: "the key 'a' a second time", expected: "each key once")
        ) {
            try JSONValue(reading: Array(#"{"a":1,"a":2}"#.utf8))
        }
        // Canonically equal, and two tokens of a vocabulary.
        let composed = try #require(JSONValue("{\"\u{E9}\":1,\"e\u{301}\":2}"))
        #expect(composed["\u{E9}"] == .int(1))
        #expect(composed["e\u{301}"] == .int(2))
    }

    @Test("a key comes once, in small objects and in large ones", arguments: 1...40)
    func manyKeys(count: Int) throws {
        let keys = (0..<count).map { "\"k\($0)\":\($0)" }
        let value = try #require(JSONValue("{" + keys.joined(separator: ",") + "}"))
        #expect(value.members?.count == count)
        #expect(value["k\(count - 1)"] == .int(count - 1))
        for again in [0, count / 2, count - 1] {
            let text = "{" + (keys + [keys[again]]).joined(separator: ",") + "}"
            let fault = try #require(throws: JSONFault.self) {
                try JSONValue(reading: Array(text.utf8))
            }
            #expect(fault.found == "the key 'k\(again)' a second time")
        }
    }

    @Test("values are equal byte by byte")
    func equality() {
        #expect("\u{E9}" == "e\u{301}")
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONValue.object(["\u{E9}": .null]) != .object(["e\u{301}": .null]))
        #expect(JSONValue.array([.string("a"), .float(1)]) == .array([.string("a"), .float(1)]))
        #expect(JSONValue.int(1) != .double(1))
        #expect(JSONValue.object(["a": .null, "b": .null]) != .object(["b": .null, "a": .null]))
    }

    @Test("encoded by any encoder it is the tree, not a text")
    func encodable() throws {
        let text =
            #"{"a":[1,-2,18446744073709551615,0.5,[]],"b":{"c":"d\ne"},"n":null,"t":true}"#
        let value = try #require(JSONValue(text))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(value), as: UTF8.self) == text)
        let inside = try encoder.encode(["x": value])
        #expect(String(decoding: inside, as: UTF8.self) == #"{"x":"# + text + "}")
    }

    @Test("no nesting exhausts the stack", arguments: ["[", "{\"a\":"])
    func nesting(opening: String) {
        #expect(JSONValue(String(repeating: opening, count: 100_000)) == nil)
        let deepest = JSONScanner.deepest
        let nested = String(repeating: "[", count: deepest) + String(repeating: "]", count: deepest)
        #expect(JSONValue(nested) != nil)
        #expect(JSONValue("[" + nested + "]") == nil)
    }

    @Test("bytes that are not UTF-8")
    func encoding() {
        #expect(throws: JSONFault.self) {
            try JSONValue(reading: [0x22, 0xC3, 0x28, 0x22])
        }
    }

    @Test("what JSON cannot say is null")
    func nonFinite() {
        #expect(JSONValue.array([.double(.nan), .float(.infinity)]).text == "[null,null]")
    }

    @Test("a string is bounded before it is kept")
    func limit() throws {
        let bytes = Array("\"abcdef\"".utf8)
        try bytes.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            let whole = try scanner.string(limit: 6)
            #expect(whole == "abcdef")
            #expect(throws: JSONFault.self) {
                var scanner = JSONScanner(bytes)
                _ = try scanner.string(limit: 5)
            }
        }
    }

    @Test(
        "more values than are allowed are refused when they come",
        arguments: [
            ("[1,1,1,1]", 5, nil), ("[1,1,1,1]", 4, 7), (#"{"a":[{}],"b":2}"#, 4, nil),
            (#"{"a":[{}],"b":2}"#, 3, 14), ("1", 1, nil), ("1", 0, 0),
            ("[[[[1", 3, 3), ("[[[[1", 9, -5),
        ])
    func allowance(text: String, most: Int, offset: Int?) throws {
        let found: JSONFault? = Array(text.utf8).withUnsafeBytes { bytes in
            do throws(JSONFault) {
                _ = try JSONValue(reading: bytes, most: most)
                return nil
            } catch {
                return error
            }
        }
        // Below zero: wrong by itself, at that offset.
        #expect(found?.offset == offset.map(abs))
        let isTooMuch = offset.map { $0 >= 0 } ?? false
        #expect((found?.found == "more than \(most) values") == isTooMuch)
    }

    @Test("step by step an object is what it is at once")
    func steps() throws {
        let text = Array(#" {"a": [1, [], {"b": null}], "": {} , "c": "d"} "#.utf8)
        try text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            var keys: [String] = []
            var elements = 0
            try scanner.begin(.object)
            while let (key, offset) = try scanner.nextKey() {
                keys.append(key)
                #expect(bytes[offset] == UInt8(ascii: "\""))
                guard key == "a" else {
                    try scanner.skip()
                    continue
                }
                try scanner.begin(.array)
                while try scanner.nextElement() {
                    elements += 1
                    try scanner.skip()
                }
            }
            try scanner.end()
            #expect(keys == ["a", "", "c"] && elements == 3)
            var again = JSONScanner(bytes, at: 7)
            #expect(try again.skipElements() == 3)
        }
        for wrong in [#"{"a" 1}"#, #"{"a": 1,}"#, #"{"a": 1 "b": 2}"#, "{1}"] {
            Array(wrong.utf8).withUnsafeBytes { bytes in
                _ = #expect(throws: JSONFault.self, "\(wrong)") {
                    var scanner = JSONScanner(bytes)
                    try scanner.begin(.object)
                    while try scanner.nextKey() != nil { try scanner.skip() }
                }
            }
        }
    }
}

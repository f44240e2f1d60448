import Foundation
import GRPOModelFiles
import Testing

/// The values of a tensor.
private func floats(_ file: SafetensorsFile, _ name: String) throws -> [Float] {
    let tensor = try #require(file.find(name))
    return try [Float](unsafeUninitializedCapacity: tensor.count) { buffer, initialized in
        try file.read(tensor, into: UnsafeMutableBufferPointer(rebasing: buffer[..<tensor.count]))
        initialized = tensor.count
    }
}

@Suite("safetensors: right files")
struct SafetensorsTests {
    @Test("tensors, types, metadata")
    func sample() throws {
        try withFile(SafetensorsBytes.sample().bytes) { path in
            let file = try SafetensorsFile(path: path)
            #expect(file.tensors.map(\.name) == ["h", "w", "b", "none"])
            #expect(try floats(file, "w") == [1, 2, 3, 4, 5, 6])
            #expect(try floats(file, "h") == [1, -2])
            #expect(try floats(file, "b") == [3.140625])
            #expect(try floats(file, "none") == [])
            #expect(file.metadata == ["format": "pt", "a": "é\n"])
            #expect(file.find("w")?.shape == [2, 3])
        }
    }

    @Test("a type that is known but not read is named", arguments: ["F64", "I32", "I64", "U8"])
    func unreadable(type: String) throws {
        let size = ["F64": 8, "I32": 4, "I64": 8, "U8": 1][type] ?? 0
        let file = SafetensorsBytes(
            SafetensorsBytes.entry("w", type, "[1]", 0, size), zeros: size)
        try withFile(file.bytes) { path in
            let file = try SafetensorsFile(path: path)
            let error = try #require(throws: ModelFileError.self) { try floats(file, "w") }
            #expect(error.found == "element type \(type)")
            #expect(error.expected == "one of F32, BF16, F16")
        }
    }
}

/// Files that are wrong: each must end in a `ModelFileError`, never in a crash or a large
/// allocation.
@Suite("safetensors: damaged and hostile files")
struct SafetensorsHostileTests {
    /// A wrong file and what its error must say.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let message: String
        let bytes: [UInt8]
        var testDescription: String { name }

        init(_ name: String, says message: String, _ file: SafetensorsBytes) {
            self.name = name
            self.message = message
            bytes = file.bytes
        }

        init(_ name: String, says message: String, _ entries: String, zeros: Int = 4) {
            self.init(name, says: message, SafetensorsBytes(entries, zeros: zeros))
        }
    }

    static func entry(
        _ name: String, _ type: String = "F32", _ shape: String = "[1]", _ begin: Int = 0,
        _ end: Int = 4
    ) -> String {
        SafetensorsBytes.entry(name, type, shape, begin, end)
    }

    static func claiming(_ length: UInt64) -> SafetensorsBytes {
        var file = SafetensorsBytes.sample()
        file.claimedLength = length
        return file
    }

    static let cases: [Case] = [
        Case("seven bytes", says: "the header's length", SafetensorsBytes(header: "")),
        Case("header length 0", says: "a header of 0 bytes", claiming(0)),
        Case("header length beyond the file", says: "a header of 4096 bytes", claiming(4096)),
        Case(
            "header length 2^64 - 1", says: "a header of 18446744073709551615 bytes",
            claiming(.max)),
        Case("header length 2^63", says: "a header of 9223372036854775808", claiming(1 << 63)),
        Case("header above 100 MB", says: "the limit is 100000000", claiming(100_000_001)),
        Case(
            "shape whose product wraps to 4 (safetensors-cpp, rez0)",
            says: "a size below 2^63 bytes",
            entry("w", "U8", "[4194305,4194305,211106198978564]", 0, 4)),
        Case(
            "shape whose size wraps to 4", says: "a size below 2^63 bytes",
            entry("w", "F32", "[4611686018427387905]", 0, 4)),
        Case(
            "zero among dimensions that overflow", says: "a size below 2^63 bytes",
            entry("w", "F32", "[4294967296,4294967296,0]", 0, 0), zeros: 0),
        Case(
            "end offset beyond the file (Outmaster)", says: "within the 4 bytes of data",
            entry("w", "F32", "[1024]", 0, 4096)),
        Case(
            "offsets out of range of a right shape (MLX before #3364)",
            says: "within the 4 bytes of data", entry("w", "F32", "[1]", 4096, 4100)),
        Case("end before begin", says: "data from 4 to 0", entry("w", "F32", "[1]", 4, 0)),
        Case(
            "size that is not the shape's", says: "found 4 bytes of data, expected 8",
            entry("w", "F32", "[2]", 0, 4)),
        Case("hole at the start", says: "it from byte", entry("w", "F32", "[1]", 4, 8), zeros: 8),
        Case(
            "hole in the middle", says: "tensor 'v'",
            entry("w", "F32", "[1]", 0, 4) + "," + entry("v", "F32", "[1]", 8, 12), zeros: 12),
        Case(
            "bytes of no tensor at the end", says: "found 5 bytes of no tensor",
            entry("w"), zeros: 9),
        Case(
            "overlap", says: "without hole or overlap",
            entry("w", "F32", "[2]", 0, 8) + "," + entry("v", "F32", "[2]", 4, 12), zeros: 12),
        Case(
            "two tensors on the same bytes", says: "without hole or overlap",
            entry("w") + "," + entry("v")),
        Case(
            "empty tensor inside another", says: "without hole or overlap",
            entry("w", "F32", "[2]", 0, 8) + "," + entry("v", "F32", "[0]", 4, 4), zeros: 8),
        Case("duplicate tensor", says: "the key 'w' a second time", entry("w") + "," + entry("w")),
        Case(
            "duplicate tensor by an escape", says: "the key 'w' a second time",
            entry("w") + "," + entry("\\u0077")),
        Case(
            "duplicate dtype", says: "the key 'dtype' a second time",
            #""w":{"dtype":"F32","dtype":"F16","shape":[1],"data_offsets":[0,4]}"#),
        Case(
            "duplicate metadata", says: "the key 'a' a second time",
            entry("w") + #","__metadata__":{"a":"1","a":"2"}"#),
        Case(
            "two metadata", says: "the key '__metadata__' a second time",
            entry("w") + #","__metadata__":{},"__metadata__":{}"#),
        Case(
            "metadata not a string", says: "found a number, expected a string as the metadata",
            entry("w") + #","__metadata__":{"a":1}"#),
        Case(
            "metadata nested", says: "found an object, expected a string as the metadata",
            entry("w") + #","__metadata__":{"a":{}}"#),
        Case("unknown type", says: "the element type 'F128'", entry("w", "F128")),
        Case(
            "unknown key", says: "the key 'strides'",
            #""w":{"strides":[1],"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#),
        Case(
            "without shape", says: "'w' without all of it",
            #""w":{"dtype":"F32","data_offsets":[0,4]}"#),
        Case(
            "three offsets", says: "more than 2 offsets",
            #""w":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}"#),
        Case(
            "one offset", says: "without all of it",
            #""w":{"dtype":"F32","shape":[1],"data_offsets":[0]}"#),
        Case(
            "nine dimensions", says: "more than 8 dimensions",
            entry("w", "F32", "[1,1,1,1,1,1,1,1,1]")),
        Case("negative dimension", says: "the number -1", entry("w", "F32", "[-1]")),
        Case("minus zero", says: "the number -0", entry("w", "F32", "[-0]")),
        Case("dimension with a fraction", says: "the number 1.0", entry("w", "F32", "[1.0]")),
        Case(
            "dimension 2^64", says: "the number 18446744073709551616",
            entry("w", "F32", "[18446744073709551616]")),
        Case("leading zero", says: "expected ',' or ']'", entry("w", "F32", "[01]")),
        Case(
            "a number of a million digits", says: "a number of 1000000 characters",
            entry("w", "F32", "[" + String(repeating: "1", count: 1_000_000) + "]")),
        Case("trailing comma", says: "expected a key in quotes", entry("w") + ","),
        Case("comment", says: "expected a key in quotes", "/**/" + entry("w")),
        Case(
            "nesting of 100,000", says: "expected an object",
            #""w":"# + String(repeating: "[", count: 100_000)),
        Case(
            "space before the object", says: "from the first byte",
            SafetensorsBytes(header: " {}")),
        Case(
            "text after the object", says: "the end of the JSON text",
            SafetensorsBytes(header: "{} x")),
        Case("an array", says: "from the first byte", SafetensorsBytes(header: "[]")),
        Case("cut in a string", says: "the end of a string", SafetensorsBytes(header: #"{"w"#)),
        Case("control character", says: "an escape for it", entry("a\nb")),
        Case("half a surrogate pair", says: "both halves", entry("\\ud800")),
        Case("unknown escape", says: "after a backslash", entry("\\x41")),
        Case(
            "name of 5000 bytes", says: "a name of 5000 bytes",
            entry(String(repeating: "n", count: 5000))),
    ]

    @Test("is refused with a message", arguments: cases)
    func refused(_ wrong: Case) throws {
        let bytes = wrong.name == "seven bytes" ? Array(wrong.bytes.prefix(7)) : wrong.bytes
        try withFile(bytes) { path in
            let error = try #require(throws: ModelFileError.self) {
                try SafetensorsFile(path: path)
            }
            #expect("\(error)".contains(wrong.message), "\(error)")
            #expect(error.file == path)
            #expect(!error.remedy.isEmpty)
        }
    }

    @Test("a name that is not UTF-8")
    func notUTF8() throws {
        var bytes = SafetensorsBytes(SafetensorsBytes.entry("wx"), zeros: 4).bytes
        bytes[10] = 0xC3
        try withFile(bytes) { path in
            let error = try #require(throws: ModelFileError.self) {
                try SafetensorsFile(path: path)
            }
            #expect(error.found == "bytes that are not UTF-8")
        }
    }

    @Test("a header of 100,000 entries ends at the limit, quickly (Damir 2024)")
    func manyEntries() throws {
        let entries = (0..<100_000).map { SafetensorsBytes.entry("t\($0)", "F32", "[0]", 0, 0) }
        let file = SafetensorsBytes(header: "{" + entries.joined(separator: ",") + "}")
        try withFile(file.bytes) { path in
            let clock = ContinuousClock()
            var message = ""
            let time = clock.measure {
                do { _ = try SafetensorsFile(path: path) } catch { message = "\(error)" }
            }
            #expect(message.contains("more than 65536 tensors"))
            #expect(time < .seconds(10))
        }
    }

    @Test("empty tensors may share a place at the edge of another (F002)")
    func sharedEmpty() throws {
        let file = SafetensorsBytes(
            SafetensorsBytes.entry("a", "F32", "[0]", 4, 4),
            SafetensorsBytes.entry("b", "F32", "[3,0]", 4, 4), SafetensorsBytes.entry("w"),
            zeros: 4)
        try withFile(file.bytes) { path in
            let file = try SafetensorsFile(path: path)
            #expect(file.tensors.count == 3)
        }
    }

    @Test("cut at every byte, every byte changed in turn: read or refused, never a crash")
    func mutated() throws {
        let bytes = SafetensorsBytes.sample().bytes
        var refused = 0
        func open(_ bytes: [UInt8]) throws {
            try withFile(bytes) { path in
                do {
                    let file = try SafetensorsFile(path: path)
                    for tensor in file.tensors { _ = try floats(file, tensor.name) }
                } catch {
                    #expect(error is ModelFileError)
                    refused += 1
                }
            }
        }
        for length in 0..<bytes.count { try open(Array(bytes[..<length])) }
        #expect(refused == bytes.count)
        for index in bytes.indices {
            for change: UInt8 in [0x01, 0x80, 0xFF] {
                var wrong = bytes
                wrong[index] ^= change
                try open(wrong)
            }
        }
        #expect(refused > 2 * bytes.count)
    }
}

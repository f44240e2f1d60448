import Foundation
import GRPOModelFiles
import Testing

/// Files that are wrong: each must end in a `ModelFileError`, never in a crash or a large
/// allocation.
@Suite("GGUF: damaged and hostile files")
struct GGUFHostileTests {
    /// A wrong file and what its error must say.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let message: String
        var testDescription: String { name }

        init(_ name: String, says message: String, _ change: (inout GGUFBytes) -> Void) {
            var file = GGUFBytes.sample()
            change(&file)
            self.name = name
            self.message = message
            bytes = file.encoded().bytes
        }

        init(_ name: String, says message: String, bytes: [UInt8]) {
            self.name = name
            self.message = message
            self.bytes = bytes
        }
    }

    static let cases: [Case] = [
        Case("empty", says: "an empty file", bytes: []),
        Case("three bytes", says: "the end of the file", bytes: Array("GGU".utf8)),
        Case(
            "wrong magic", says: "0x504b0304, expected the magic",
            bytes: [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 60)),
        Case("version 1", says: "version 1, expected") { $0.version = 1 },
        Case("version 4", says: "version 4, expected") { $0.version = 4 },
        Case("big-endian", says: "a big-endian file") { $0.version = UInt32(3).byteSwapped },
        Case("tensor count 2^64 - 1", says: "18446744073709551615 tensors") {
            $0.claimedTensors = .max
        },
        Case("tensor count times size wraps", says: "768614336404564651 tensors") {
            $0.claimedTensors = UInt64.max / 24 + 1
        },
        Case("tensor count above the cap", says: "65537 tensors") { $0.claimedTensors = 65_537 },
        Case("key count 2^63", says: "9223372036854775808 metadata keys") {
            $0.claimedEntries = 1 << 63
        },
        Case("more keys than there are", says: "found") { $0.claimedEntries = 17 },
        Case("key length 2^63", says: "of 9223372036854775808 bytes") {
            $0.entries[0] = GGUFBytes.integer(UInt64(1) << 63) + [0, 0]
        },
        Case("string length 2^63", says: "of 9223372036854775808 bytes") {
            $0.add("s", type: 8, GGUFBytes.integer(UInt64(1) << 63))
        },
        Case("string length 2^64 - 1", says: "of 18446744073709551615 bytes") {
            $0.add("s", type: 8, GGUFBytes.integer(UInt64.max))
        },
        Case("string not UTF-8", says: "not UTF-8") {
            $0.add("s", type: 8, GGUFBytes.integer(UInt64(2)) + [0xC3, 0x28])
        },
        Case("unknown value type", says: "value type 13 for the key 's'") {
            $0.add("s", type: 13, [0])
        },
        Case("truth value 2", says: "2 for a truth value") { $0.add("s", type: 7, [2]) },
        Case("array of arrays", says: "an array of arrays") {
            $0.add("s", type: 9, GGUFBytes.integer(UInt32(9)) + GGUFBytes.integer(UInt64(1)))
        },
        Case("array of unknown type", says: "element type 99") {
            $0.add("s", type: 9, GGUFBytes.integer(UInt32(99)) + GGUFBytes.integer(UInt64(1)))
        },
        Case("array count 2^62", says: "4611686018427387904 elements") {
            $0.add(
                "s", type: 9, GGUFBytes.integer(UInt32(10)) + GGUFBytes.integer(UInt64(1) << 62))
        },
        Case("array count times size wraps", says: "2305843009213693953 elements") {
            $0.add(
                "s", type: 9,
                GGUFBytes.integer(UInt32(8)) + GGUFBytes.integer(UInt64(1) << 61 + 1))
        },
        Case("duplicate key", says: "the key 'u8' a second time") {
            $0.add("u8", type: 0, [1])
        },
        Case("duplicate tensor", says: "tensor 'w': found the name a second time") {
            $0.tensor("w", [1], type: 0, bytes: [0, 0, 0, 0])
        },
        Case("tensor name of 65 bytes", says: "a tensor name of 65 bytes") {
            $0.tensor(String(repeating: "n", count: 65), [1], type: 0, bytes: [0, 0, 0, 0])
        },
        Case("five dimensions", says: "tensor 'x': found 5 dimensions") {
            $0.tensor("x", [1, 1, 1, 1, 1], type: 0, bytes: [0, 0, 0, 0])
        },
        Case("2^32 - 1 dimensions", says: "found 4294967295 dimensions") {
            $0.descriptions[0] = GGUFBytes.string("x") + [0xFF, 0xFF, 0xFF, 0xFF]
        },
        Case("dimension 0", says: "tensor 'x': found a dimension of 0") {
            $0.tensor("x", [4, 0], type: 0, bytes: [])
        },
        Case("dimension 2^63", says: "a dimension of 9223372036854775808") {
            $0.tensor("x", [1 << 63], type: 0, bytes: [])
        },
        Case("dimensions whose product wraps to 4", says: "a product below 2^63") {
            // 4194305 x 4194305 x 211106198978564 is 4 modulo 2^64.
            $0.tensor("x", [4_194_305, 4_194_305, 211_106_198_978_564], type: 0, bytes: [])
        },
        Case("dimensions whose product wraps to 0", says: "a product below 2^63") {
            $0.tensor("x", [1 << 32, 1 << 32], type: 0, bytes: [])
        },
        Case("size in bytes wraps", says: "a size below 2^63 bytes") {
            $0.tensor("x", [1 << 62], type: 0, bytes: [])
        },
        Case("row that is no multiple of the block", says: "rows of 48 values") {
            $0.tensor("x", [48, 2], type: 3, bytes: [UInt8](repeating: 0, count: 60))
        },
        Case("unknown tensor type", says: "tensor 'x': found the unknown tensor type 99") {
            $0.tensor("x", [32], type: 99, bytes: [UInt8](repeating: 0, count: 64))
        },
        Case("removed tensor type", says: "the unknown tensor type 4") {
            $0.tensor("x", [32], type: 4, bytes: [UInt8](repeating: 0, count: 64))
        },
        Case("alignment 0", says: "key 'general.alignment': found the integer 0") {
            $0.add("general.alignment", type: 4, GGUFBytes.integer(UInt32(0)))
        },
        Case("alignment 24", says: "a power of two") {
            $0.add("general.alignment", type: 4, GGUFBytes.integer(UInt32(24)))
        },
        Case("alignment 2^31", says: "a power of two up to 65536") {
            $0.add("general.alignment", type: 4, GGUFBytes.integer(UInt32(1) << 31))
        },
        Case("alignment a string", says: "the string '32'") { $0.add("general.alignment", "32") },
        Case("offset beyond the end", says: "4 bytes at offset 4096 of the data") {
            $0.describe("x", dimensions: [1], offset: 4096)
        },
        Case("offset 2^64 - 32", says: "the offset 18446744073709551584") {
            $0.describe("x", dimensions: [1], offset: UInt64.max - 31)
        },
        Case("offset plus size wraps", says: "of the data, expected an end within") {
            $0.describe("x", dimensions: [1 << 60], offset: UInt64(Int64.max) - 31)
        },
        Case("offset not aligned", says: "the offset 4, expected a multiple") {
            $0.describe("x", dimensions: [1], offset: 4)
        },
        Case("tensor over another", says: "inside tensor 'w'") {
            $0.describe("x", dimensions: [2], offset: 0)
        },
        Case("tensor past the end", says: "expected an end within") {
            $0.describe("x", dimensions: [1024], offset: 64)
        },
    ]

    @Test("is refused with a message", arguments: cases)
    func refused(_ wrong: Case) throws {
        try withFile(wrong.bytes) { path in
            let error = try #require(throws: ModelFileError.self) { try GGUFFile(path: path) }
            #expect("\(error)".contains(wrong.message), "\(error)")
            #expect(error.file == path)
            #expect(!error.remedy.isEmpty)
        }
    }

    @Test("cut at every byte: always an error")
    func truncated() throws {
        let (bytes, boundaries) = GGUFBytes.sample().encoded()
        #expect(boundaries.last == bytes.count)
        for length in 0..<bytes.count {
            try withFile(Array(bytes[..<length])) { path in
                _ = #expect(throws: ModelFileError.self, "cut to \(length)") {
                    try GGUFFile(path: path)
                }
            }
        }
    }

    @Test("every byte changed in turn: read or refused, never a crash")
    func mutated() throws {
        let bytes = GGUFBytes.sample().encoded().bytes
        var refused = 0
        try withFile(bytes) { path in
            let handle = try #require(FileHandle(forUpdatingAtPath: path))
            defer { try? handle.close() }
            func write(_ byte: UInt8, at index: Int) throws {
                try handle.seek(toOffset: UInt64(index))
                try handle.write(contentsOf: Data([byte]))
            }
            for index in bytes.indices {
                for change: UInt8 in [0x01, 0x80, 0xFF] {
                    try write(bytes[index] ^ change, at: index)
                    do {
                        let file = try GGUFFile(path: path)
                        for tensor in file.tensors { _ = try file.floats(of: tensor.name) }
                    } catch {
                        #expect(error is ModelFileError)
                        refused += 1
                    }
                }
                try write(bytes[index], at: index)
            }
        }
        #expect(refused > bytes.count / 4)
    }

    @Test("a type that is known but cannot be read: the file opens, the tensor does not")
    func unreadableType() throws {
        var sample = GGUFBytes.sample()
        sample.tensor("k", [256], type: 16, bytes: [UInt8](repeating: 0, count: 66))
        try withFile(sample.encoded().bytes) { path in
            let file = try GGUFFile(path: path)
            let error = #expect(throws: ModelFileError.self) { try file.floats(of: "k") }
            #expect(error?.place == .tensor("k"))
            #expect(error?.found == "tensor type 16 (IQ2_XXS)")
            #expect(error?.expected.contains("Q4_1") == true)
            #expect(error?.remedy.contains("llama-quantize") == true)
        }
    }

    @Test("a directory, a missing file, a pipe")
    func notFiles() throws {
        let directory = FileManager.default.temporaryDirectory.path
        var error = #expect(throws: ModelFileError.self) { try GGUFFile(path: directory) }
        #expect(error?.found == "a directory")
        error = #expect(throws: ModelFileError.self) {
            try GGUFFile(path: directory + "/grpo-absent.gguf")
        }
        #expect(error?.found == "no such file")
        error = #expect(throws: ModelFileError.self) { try GGUFFile(path: "/dev/null") }
        #expect(error?.found == "a device or pipe")
    }
}

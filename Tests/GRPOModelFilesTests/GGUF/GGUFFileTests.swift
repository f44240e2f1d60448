import Foundation
import GRPOModelFiles
import GRPOTokenizers
import Testing

@Suite("GGUF: right files")
struct GGUFFileTests {
    @Test("header, every metadata type, tensors", arguments: [2, 3] as [UInt32])
    func reads(version: UInt32) throws {
        var sample = GGUFBytes.sample()
        sample.version = version
        let bytes = sample.encoded().bytes
        try withFile(bytes) { path in
            let file = try GGUFFile(path: path)
            #expect(file.version == Int(version))
            #expect(file.alignment == 32)
            #expect(file.byteCount == bytes.count)
            #expect(file.metadata.count == 16)
            #expect(file.metadata["u8"] == .uint8(200))
            #expect(file.metadata["i8"] == .int8(-100))
            #expect(file.metadata["u16"] == .uint16(60_000))
            #expect(file.metadata["i16"] == .int16(-30_000))
            #expect(file.metadata["i32"] == .int32(-2_000_000_000))
            #expect(file.metadata["f32"] == .float32(0.1))
            #expect(file.metadata["u64"] == .uint64(.max))
            #expect(file.metadata["i64"] == .int64(.min))
            #expect(file.metadata["empty"] == .array(.float64([])))
            #expect(file.metadata["flags"] == .array(.bool([false, true])))
            #expect(try file.string("general.architecture") == "llama")
            #expect(try file.integer("u32") == 4_000_000_000)
            #expect(try file.integer("absent", default: 5) == 5)
            #expect(try file.real("f32") == Double(Float(0.1)))
            #expect(try file.real("f64") == 0.1)
            #expect(try file.bool("yes"))
            #expect(try file.strings("words") == ["a", "é"])
            #expect(try file.integers("ids") == [7, -7])
            #expect(try file.reals("empty") == [])

            #expect(file.tensors.map(\.name) == ["w", "h"])
            let tensor = try file.tensor(named: "w")
            #expect(tensor.dimensions == [3, 2])
            #expect(tensor.shape == [2, 3])
            #expect(tensor.count == 6)
            #expect(tensor.type == .f32)
            #expect(file.contains("h") && !file.contains("x"))
            #expect(try file.floats(of: "w") == [1, 2, 3, 4, 5, 6])
            #expect(try file.floats(of: "h") == [1, -2])
            #expect(try file.withBytes(of: "h") { Array($0) } == [0, 0x3C, 0, 0xC0])
        }
    }

    @Test("a larger alignment moves the data")
    func alignment() throws {
        var file = GGUFBytes()
        file.alignment = 256
        file.add("general.alignment", type: 4, GGUFBytes.integer(UInt32(256)))
        file.tensor("a", [1], type: 0, bytes: GGUFBytes.integer(Float(2).bitPattern))
        file.tensor("b", [1], type: 0, bytes: GGUFBytes.integer(Float(3).bitPattern))
        try withFile(file.encoded().bytes) { path in
            let file = try GGUFFile(path: path)
            #expect(file.alignment == 256)
            #expect(try file.tensor(named: "b").byteOffset % 256 == 0)
            #expect(try file.floats(of: "b") == [3])
        }
    }

    @Test("a vocabulary alone, without tensors and without padding")
    func vocabulary() throws {
        var file = GGUFBytes()
        file.add("tokenizer.ggml.model", "gpt2")
        let (bytes, boundaries) = file.encoded()
        try withFile(Array(bytes[..<boundaries[4]])) { path in
            let file = try GGUFFile(path: path)
            #expect(file.tensors.isEmpty)
        }
    }

    @Test("values outlive the variable that holds the file")
    func lifetime() throws {
        let values = try withFile(GGUFBytes.sample().encoded().bytes) { path in
            try GGUFFile(path: path).floats(of: "w")
        }
        #expect(values == [1, 2, 3, 4, 5, 6])
    }

    @Test("metadata of another type, a missing key, a missing tensor, a wrong destination")
    func accessErrors() throws {
        try withFile(GGUFBytes.sample().encoded().bytes) { path in
            let file = try GGUFFile(path: path)
            var error = #expect(throws: ModelFileError.self) { try file.integer("absent") }
            #expect(error?.place == .key("absent"))
            #expect(error?.found == "no such key")
            error = #expect(throws: ModelFileError.self) { try file.string("u8") }
            #expect(error?.found == "the integer 200")
            #expect(error?.expected == "a string")
            error = #expect(throws: ModelFileError.self) { try file.integer("u64") }
            #expect(error?.found == "the integer 18446744073709551615")
            #expect(throws: ModelFileError.self) { try file.integer("f32", default: 1) }
            #expect(throws: ModelFileError.self) { try file.integers("words") }
            error = #expect(throws: ModelFileError.self) { try file.floats(of: "absent") }
            #expect(error?.place == .tensor("absent"))
            error = #expect(throws: ModelFileError.self) {
                try withUnsafeTemporaryAllocation(of: Float.self, capacity: 5) {
                    try file.read("w", into: $0)
                }
            }
            #expect(error?.expected == "5 values")
        }
    }

    @Test("a message names file, place, found, expected and remedy; names cannot move the cursor")
    func message() {
        let error = ModelFileError(
            file: "m.gguf", place: .tensor("a\u{1B}[2J"), found: "X", expected: "Y",
            remedy: "Do Z.")
        #expect("\(error)" == #"m.gguf: tensor 'a\u{1b}[2J': found X, expected Y. Do Z."#)
    }
}

import Foundation
import GRPOModelFiles
import GRPOTestSupport
import Testing

@Suite("GGUF: dequantisation")
struct DequantizationTests {
    static func fixture(_ name: String) throws -> SafetensorsFixture {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil))
        return try SafetensorsFixture(contentsOf: url)
    }

    @Test(
        "equals the gguf package bit for bit",
        arguments: [
            ("F16", .f16), ("BF16", .bf16), ("Q4_0", .q4x0), ("Q4_1", .q4x1), ("Q5_0", .q5x0),
            ("Q5_1", .q5x1), ("Q8_0", .q8x0), ("Q4_K", .q4K), ("Q5_K", .q5K), ("Q6_K", .q6K),
        ] as [(String, GGUFTensorType)])
    func table(name: String, type: GGUFTensorType) throws {
        let fixture = try Self.fixture("dequantization.safetensors")
        let expected = fixture["\(name).values"].floats
        let bytes = fixture["\(name).bytes"].integers.map { UInt8($0) }
        #expect(expected.count >= 2048)
        var file = GGUFBytes()
        file.tensor("t", [UInt64(expected.count)], type: type.rawValue, bytes: bytes)
        try withFile(file.encoded().bytes) { path in
            let file = try GGUFFile(path: path)
            let values = try file.floats(of: "t")
            #expect(values.map(\.bitPattern) == expected.map(\.bitPattern))
            let read = try [Float](unsafeUninitializedCapacity: expected.count) {
                try file.read(
                    "t", into: UnsafeMutableBufferPointer(rebasing: $0[..<expected.count]))
                $1 = expected.count
            }
            #expect(read == values)
            #expect(try file.tensor(named: "t").type.description == name)
        }
    }

    #if !(os(macOS) && arch(x86_64))
        @Test("every half is what Float16 says")
        func everyHalf() throws {
            var file = GGUFBytes()
            let halves = (0...UInt16.max).map { $0 }
            file.tensor(
                "t", [UInt64(halves.count)], type: 1,
                bytes: halves.flatMap { GGUFBytes.integer($0) })
            let values = try withFile(file.encoded().bytes) {
                try GGUFFile(path: $0).floats(of: "t")
            }
            for (bits, value) in zip(halves, values) {
                let expected = Float(Float16(bitPattern: bits))
                #expect(
                    value.bitPattern == expected.bitPattern || (value.isNaN && expected.isNaN),
                    "half \(bits)")
            }
        }
    #endif
}

@Suite("GGUF: row order of query and key projections")
struct RopePermutationTests {
    @Test("undoes llama.cpp's converter, weights and biases, and back")
    func roundTrip() throws {
        let fixture = try DequantizationTests.fixture("rope.safetensors")
        let heads = fixture["heads"].integers[0]
        let columns = fixture["half_split"].shape[1]
        for (suffix, columns) in [("", columns), ("_bias", 1)] {
            let halfSplit = fixture["half_split" + suffix].floats
            let interleaved = fixture["interleaved" + suffix].floats
            #expect(interleaved != halfSplit)
            #expect(
                RopePermutation.unpermuted(interleaved, heads: heads, columns: columns)
                    == halfSplit)
            var back = halfSplit
            back.withUnsafeMutableBufferPointer {
                RopePermutation.permute($0, heads: heads, columns: columns)
            }
            #expect(back == interleaved)
        }
    }

    @Test("one head of four: rows 0 1 2 3 of the file are 0 2 1 3 of the model")
    func byHand() {
        #expect(RopePermutation.unpermuted([0, 1, 2, 3], heads: 1, columns: 1) == [0, 2, 1, 3])
        #expect(
            RopePermutation.unpermuted([0, 1, 2, 3, 4, 5], heads: 1, columns: 1)
                == [0, 2, 4, 1, 3, 5])
    }
}

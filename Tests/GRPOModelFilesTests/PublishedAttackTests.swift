import GRPOModelFiles
import Testing

/// The files by which readers of GGUF and safetensors were attacked in public, built as their reports
/// describe them; numbers without a name are threads of ggml-org/llama.cpp.
///
/// Each must be refused with a message that names the file, the place and what to do.
@Suite("Published proofs of concept")
struct PublishedAttackTests {
    private func expectRefusal(
        _ bytes: [UInt8], named name: String, at place: String, _ text: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try withFile(bytes, named: name) { path in
            let error = try #require(
                throws: ModelFileError.self, sourceLocation: sourceLocation
            ) {
                if name.hasSuffix(".gguf") {
                    _ = try GGUFFile(path: path)
                } else {
                    _ = try SafetensorsFile(path: path)
                }
            }
            let message = "\(error)"
            #expect(
                message.hasPrefix("\(path): \(place)"), "\(message)",
                sourceLocation: sourceLocation)
            #expect(message.contains(text), "\(message)", sourceLocation: sourceLocation)
            #expect(error.remedy.count > 20, "\(message)", sourceLocation: sourceLocation)
        }
    }

    private func refuse(
        at place: String, _ text: String, sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout GGUFBytes) -> Void
    ) throws {
        var file = GGUFBytes.sample()
        change(&file)
        try expectRefusal(
            file.encoded().bytes, named: "model.gguf", at: place, text,
            sourceLocation: sourceLocation)
    }

    private func refuse(
        at place: String, _ text: String, _ entries: String, data: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try expectRefusal(
            SafetensorsBytes(entries, zeros: data).bytes, named: "model.safetensors", at: place,
            text, sourceLocation: sourceLocation)
    }

    // MARK: - GGUF

    /// The count passes a check against the smaller of two sizes and wraps when it is multiplied by
    /// the larger, the 368 bytes that a tensor takes in ggml's memory.
    @Test(
        "#15711: a number of tensors whose product with a size wraps",
        arguments: [UInt64.max / 368 + 1, UInt64.max / 384 + 1, UInt64(Int64.max) / 344])
    func tensorCount(count: UInt64) throws {
        try refuse(at: "byte 8", "\(count) tensors") { $0.claimedTensors = count }
    }

    /// Four tensors of 2^62 bytes are none together, and each is a size that can be told.
    @Test("#14595, GHSA-vgg9-87g3-85w8: tensors whose sizes wrap in their sum")
    func sumOfSizes() throws {
        try refuse(at: "tensor 'a'", "4611686018427387904 bytes at offset 64") { file in
            for (index, name) in ["a", "b", "c", "d"].enumerated() {
                file.describe(
                    name, dimensions: [1 << 60], offset: 64 + UInt64(index) << 62)
            }
        }
    }

    /// 2^62 + 1 elements of four bytes are four; the second is the report's change of an embedding
    /// of 1152 columns.
    @Test(
        "GHSA-96jg-mvhq-q7q7, CVE-2026-33298: elements times the size of one wraps",
        arguments: [[1 << 62 + 1], [1152, 1 << 52 + 1], [1 << 31, 1 << 31 + 1]] as [[UInt64]])
    func elementsTimesSize(dimensions: [UInt64]) throws {
        try refuse(at: "tensor 'token_embd.weight'", "a size below 2^63 bytes") {
            $0.describe("token_embd.weight", dimensions: dimensions, offset: 64)
        }
    }

    /// A size just below 2^64 is none when it is rounded up to the alignment, and the next tensor
    /// makes the buffer too small for this one.
    @Test(
        "#24759, #26978: a size that wraps when it is padded",
        arguments: [[1 << 62 - 1], [4, 1 << 30 - 1, 1 << 30 + 1, 1]] as [[UInt64]])
    func padding(dimensions: [UInt64]) throws {
        try refuse(at: "tensor 'a'", "a size below 2^63 bytes") {
            $0.describe("a", dimensions: dimensions, offset: 64)
            $0.describe("b", dimensions: [8], offset: 64)
        }
    }

    @Test("#26318: a size that wraps in the allocator; an alignment of another type")
    func allocator() throws {
        // The largest size there is, less than an alignment below 2^63.
        try refuse(at: "tensor 'a'", "expected an end within") {
            $0.describe("a", dimensions: [1 << 61 - 1], offset: 64)
        }
        try refuse(at: "key 'general.alignment'", "found the number 32.0") {
            $0.add("general.alignment", type: 6, GGUFBytes.integer(Float(32).bitPattern))
        }
        try refuse(at: "key 'general.alignment'", "found the integer -32") {
            $0.add("general.alignment", type: 5, GGUFBytes.integer(Int32(-32)))
        }
    }

    /// The product is 2^63, the smallest of negative numbers, which is less than every limit.
    @Test(
        "#27203: dimensions whose product is negative, or wraps to a small one",
        arguments: [[1 << 32, 1 << 31], [1 << 21, 1 << 21, 1 << 21], [1 << 33, 1 << 31, 3]]
            as [[UInt64]])
    func product(dimensions: [UInt64]) throws {
        try refuse(at: "tensor 'a'", "a product below 2^63") {
            $0.describe("a", dimensions: dimensions, offset: 64)
        }
    }

    @Test("#24997: an alignment without bound", arguments: [17, 20, 30, 31])
    func alignment(bits: Int) throws {
        try refuse(at: "key 'general.alignment'", "a power of two up to 65536") {
            $0.add("general.alignment", type: 4, GGUFBytes.integer(UInt32(1) << UInt32(bits)))
        }
    }

    /// Files of some hundred bytes that claim a GiB.
    @Test("#19856: strings and arrays that are longer than the file")
    func exhaustion() throws {
        try refuse(at: "byte ", "the value of 's' of 1073741823 bytes") {
            $0.add("s", type: 8, GGUFBytes.integer(UInt64(1) << 30 - 1))
        }
        for type in [0, 4, 8, 12] as [UInt32] {
            try refuse(at: "byte ", "1073741824 elements, expected at most") {
                $0.add(
                    "s", type: 9, GGUFBytes.integer(type) + GGUFBytes.integer(UInt64(1) << 30))
            }
        }
        // The strings of an array are counted before place is made for them.
        try refuse(at: "byte ", "an element of 1073741823 bytes") {
            $0.add(
                "s", type: 9,
                GGUFBytes.integer(UInt32(8)) + GGUFBytes.integer(UInt64(2))
                    + GGUFBytes.string("a") + GGUFBytes.integer(UInt64(1) << 30 - 1))
        }
    }

    /// The checks of #19856 looked at the file for every element, and a vocabulary took minutes.
    @Test("#19919: a vocabulary of 300,000 strings is read at once")
    func vocabulary() throws {
        var file = GGUFBytes.sample()
        let count = 300_000
        var value = GGUFBytes.integer(UInt32(8)) + GGUFBytes.integer(UInt64(count))
        for index in 0..<count { value += GGUFBytes.string("t\(index)") }
        file.add("tokenizer.ggml.tokens", type: 9, value)
        try withFile(file.encoded().bytes) { path in
            var found = 0
            let time = try ContinuousClock().measure {
                found = try GGUFFile(path: path).strings("tokenizer.ggml.tokens").count
            }
            #expect(found == count)
            #expect(time < .seconds(10), "\(time)")
        }
    }

    @Test("CVE-2024-25664, CVE-2024-25631: more metadata claimed than there is")
    func keyCount() throws {
        for count in [4097, 1 << 32, UInt64.max / 64 + 1, .max] as [UInt64] {
            try refuse(at: "byte 16", "\(count) metadata keys") { $0.claimedEntries = count }
        }
    }

    // MARK: - safetensors

    @Test("safetensors-cpp (rez0): a shape whose product wraps to 4")
    func safetensorsProduct() throws {
        try refuse(
            at: "tensor 'w'", "a size below 2^63 bytes",
            SafetensorsBytes.entry("w", "U8", "[4194305,4194305,211106198978564]", 0, 4), data: 4)
    }

    @Test("safetensors-cpp (Outmaster): an end behind the file's")
    func safetensorsEnd() throws {
        try refuse(
            at: "tensor 'w'", "within the 4 bytes of data",
            SafetensorsBytes.entry("w", "F32", "[1024]", 0, 4096), data: 4)
    }

    @Test("ml-explore/mlx #3364: offsets that no one compared with the file")
    func safetensorsOffsets() throws {
        try refuse(
            at: "tensor 'w'", "within the 4 bytes of data",
            SafetensorsBytes.entry("w", "F32", "[1]", 4096, 4100), data: 4)
        try refuse(
            at: "tensor 'w'", "data from 8 to 4",
            SafetensorsBytes.entry("w", "F32", "[1]", 8, 4), data: 8)
    }

    @Test("Damir2024: a header of 100,000 entries")
    func safetensorsEntries() throws {
        let entries = (0..<100_000).map { SafetensorsBytes.entry("t\($0)", "F32", "[0]", 0, 0) }
        try refuse(
            at: "byte ", "more than 65536 tensors", entries.joined(separator: ","), data: 0)
        let metadata = (0..<100_000).map { #""k\#($0)":"""# }.joined(separator: ",")
        try refuse(
            at: "byte ", "more than 4096 keys of metadata", #""__metadata__":{"# + metadata + "}",
            data: 0)
    }
}

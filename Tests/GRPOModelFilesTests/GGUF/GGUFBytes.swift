import Foundation

/// A GGUF file written byte by byte, right or wrong, for the tests.
struct GGUFBytes {
    var version: UInt32 = 3
    var alignment = 32
    /// Encoded entries: key, type, value.
    var entries: [[UInt8]] = []
    /// Encoded descriptions.
    var descriptions: [[UInt8]] = []
    var data: [UInt8] = []
    /// What the header claims, where it is not the truth.
    var claimedTensors: UInt64?
    var claimedEntries: UInt64?

    static func integer<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func string(_ text: String) -> [UInt8] {
        integer(UInt64(text.utf8.count)) + Array(text.utf8)
    }

    mutating func add(_ key: String, type: UInt32, _ value: [UInt8]) {
        entries.append(Self.string(key) + Self.integer(type) + value)
    }

    mutating func add(_ key: String, _ value: String) {
        add(key, type: 8, Self.string(value))
    }

    mutating func describe(
        _ name: String, dimensions: [UInt64], type: UInt32 = 0, offset: UInt64
    ) {
        descriptions.append(
            Self.string(name) + Self.integer(UInt32(dimensions.count))
                + dimensions.flatMap { Self.integer($0) } + Self.integer(type)
                + Self.integer(offset))
    }

    /// Appends a tensor's bytes at the next aligned offset, and its description.
    mutating func tensor(_ name: String, _ dimensions: [UInt64], type: UInt32, bytes: [UInt8]) {
        data += [UInt8](repeating: 0, count: (alignment - data.count % alignment) % alignment)
        describe(name, dimensions: dimensions, type: type, offset: UInt64(data.count))
        data += bytes
    }

    /// The file and the ends of its parts: magic, version, the two counts, each metadata entry,
    /// each description, the padding, the data.
    func encoded() -> (bytes: [UInt8], boundaries: [Int]) {
        var bytes = Array("GGUF".utf8)
        var boundaries = [bytes.count]
        func append(_ part: [UInt8]) {
            bytes += part
            boundaries.append(bytes.count)
        }
        append(Self.integer(version))
        append(Self.integer(claimedTensors ?? UInt64(descriptions.count)))
        append(Self.integer(claimedEntries ?? UInt64(entries.count)))
        entries.forEach(append)
        descriptions.forEach(append)
        append([UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment))
        append(data)
        return (bytes, boundaries)
    }

    /// A small right file: every value type, two tensors.
    static func sample() -> GGUFBytes {
        var file = GGUFBytes()
        file.add("general.architecture", "llama")
        file.add("u8", type: 0, integer(UInt8(200)))
        file.add("i8", type: 1, integer(Int8(-100)))
        file.add("u16", type: 2, integer(UInt16(60_000)))
        file.add("i16", type: 3, integer(Int16(-30_000)))
        file.add("u32", type: 4, integer(UInt32(4_000_000_000)))
        file.add("i32", type: 5, integer(Int32(-2_000_000_000)))
        file.add("f32", type: 6, integer(Float(0.1).bitPattern))
        file.add("yes", type: 7, [1])
        file.add(
            "words", type: 9, integer(UInt32(8)) + integer(UInt64(2)) + string("a") + string("é"))
        file.add(
            "ids", type: 9,
            integer(UInt32(5)) + integer(UInt64(2)) + integer(Int32(7)) + integer(Int32(-7)))
        file.add("flags", type: 9, integer(UInt32(7)) + integer(UInt64(2)) + [0, 1])
        file.add("empty", type: 9, integer(UInt32(12)) + integer(UInt64(0)))
        file.add("u64", type: 10, integer(UInt64.max))
        file.add("i64", type: 11, integer(Int64.min))
        file.add("f64", type: 12, integer(Double(0.1).bitPattern))
        let values: [Float] = [1, 2, 3, 4, 5, 6]
        file.tensor("w", [3, 2], type: 0, bytes: values.flatMap { integer($0.bitPattern) })
        file.tensor("h", [2], type: 1, bytes: integer(UInt16(0x3C00)) + integer(UInt16(0xC000)))
        return file
    }
}

/// A file in a temporary directory that is removed when `body` ends.
func withFile<Result>(
    _ bytes: [UInt8], named name: String = "model.gguf", _ body: (String) throws -> Result
) throws -> Result {
    let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("grpo-gguf-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let url = directory.appendingPathComponent(name)
    try Data(bytes).write(to: url)
    return try body(url.path)
}

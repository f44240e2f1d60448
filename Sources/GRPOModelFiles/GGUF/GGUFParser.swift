import GRPOJSON
import GRPOTokenizers

/// Reads the header, metadata and tensor descriptions of a GGUF file.
///
/// Layout (ggml's `docs/gguf.md`): magic `GGUF`, version, tensor count, metadata count, metadata,
/// tensor descriptions, padding to the alignment, tensor data. Nothing in the file is trusted:
/// counts are bounded by what the remaining bytes can hold before anything is reserved, and sizes
/// are computed with overflow checks.
struct GGUFParser {
    static let maximumTensors = 65_536
    /// The most there are in files in use are some hundred.
    static let maximumKeys = 4096
    static let maximumDimensions = 4
    static let maximumAlignment = 65_536
    static let maximumKeyLength = 65_535
    static let maximumNameLength = 64

    private var cursor: GGUFCursor
    private(set) var version = 0
    private(set) var alignment = 32
    private(set) var metadata: [String: GGUFValue] = [:]
    private(set) var tensors: [GGUFTensor] = []

    init(path: String, bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
        cursor = GGUFCursor(path: path, bytes: bytes)
        version = try readVersion()
        // A tensor description takes 24 bytes at least, a metadata entry 13.
        let tensorCount = try cursor.count(of: "tensors", size: 24, limit: Self.maximumTensors)
        let keyCount = try cursor.count(of: "metadata keys", size: 13, limit: Self.maximumKeys)
        try readMetadata(keyCount)
        alignment = try readAlignment()
        let descriptions = try readDescriptions(tensorCount)
        tensors = try placed(descriptions)
    }

    // MARK: - Header

    private mutating func readVersion() throws(ModelFileError) -> Int {
        let magic = try cursor.next("the magic 'GGUF'", as: UInt32.self)
        guard magic == 0x4655_4747 else {
            throw cursor.error(
                at: 0, found: "0x" + String(magic.byteSwapped, radix: 16),
                expected: "the magic 'GGUF' (0x47475546)",
                remedy: "This is not a GGUF file; check the path.")
        }
        let found = try cursor.next("the version", as: UInt32.self)
        guard found == 2 || found == 3 else {
            let bigEndian = found.byteSwapped == 2 || found.byteSwapped == 3
            throw cursor.error(
                at: 4, found: bigEndian ? "a big-endian file" : "version \(found)",
                expected: "version 2 or 3, little-endian",
                remedy: "Convert the file with a current version of llama.cpp.")
        }
        return Int(found)
    }

    // MARK: - Metadata

    private mutating func readMetadata(_ count: Int) throws(ModelFileError) {
        metadata.reserveCapacity(count)
        for _ in 0..<count {
            let start = cursor.position
            let key = try cursor.string("a metadata key", limit: Self.maximumKeyLength)
            let type = try cursor.next("a value type", as: UInt32.self)
            let value = try readValue(type: type, key: key)
            guard metadata.updateValue(value, forKey: key) == nil else {
                throw cursor.error(
                    at: start, found: "the key \(printable(key)) a second time",
                    expected: "each key once")
            }
        }
    }

    private mutating func readValue(type: UInt32, key: String) throws(ModelFileError) -> GGUFValue {
        let what = "the value of \(printable(key))"
        return switch type {
        case 0: .uint8(try cursor.next(what, as: UInt8.self))
        case 1: .int8(try cursor.next(what, as: Int8.self))
        case 2: .uint16(try cursor.next(what, as: UInt16.self))
        case 3: .int16(try cursor.next(what, as: Int16.self))
        case 4: .uint32(try cursor.next(what, as: UInt32.self))
        case 5: .int32(try cursor.next(what, as: Int32.self))
        case 6: .float32(try cursor.next(what, as: Float.self))
        case 7: .bool(try truth(try cursor.next(what, as: UInt8.self)))
        case 8: .string(try cursor.string(what))
        case 9: .array(try readArray(of: what))
        case 10: .uint64(try cursor.next(what, as: UInt64.self))
        case 11: .int64(try cursor.next(what, as: Int64.self))
        case 12: .float64(try cursor.next(what, as: Double.self))
        default:
            throw cursor.error(
                at: cursor.position - 4, found: "value type \(type) for the key \(printable(key))",
                expected: "a type from 0 to 12")
        }
    }

    private func truth(_ byte: UInt8) throws(ModelFileError) -> Bool {
        guard byte <= 1 else {
            throw cursor.error(
                at: cursor.position - 1, found: "\(byte) for a truth value", expected: "0 or 1")
        }
        return byte == 1
    }

    private mutating func readArray(of what: String) throws(ModelFileError) -> GGUFArray {
        let start = cursor.position
        let type = try cursor.next("the element type of \(what)", as: UInt32.self)
        // A string takes eight bytes at least: its length.
        let sizes: [UInt32: Int] = [
            0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 8: 8, 10: 8, 11: 8, 12: 8,
        ]
        guard let size = sizes[type] else {
            throw cursor.error(
                at: start, found: type == 9 ? "an array of arrays" : "element type \(type)",
                expected: "an array of numbers, truth values or strings as \(what)")
        }
        let count = try cursor.count(of: "elements", size: size, limit: .max)
        switch type {
        case 0: return .uint8(cursor.values(count, as: UInt8.self))
        case 1: return .int8(cursor.values(count, as: Int8.self))
        case 2: return .uint16(cursor.values(count, as: UInt16.self))
        case 3: return .int16(cursor.values(count, as: Int16.self))
        case 4: return .uint32(cursor.values(count, as: UInt32.self))
        case 5: return .int32(cursor.values(count, as: Int32.self))
        case 6: return .float32(cursor.values(count, as: Float.self))
        case 7:
            var values: [Bool] = []
            values.reserveCapacity(count)
            for _ in 0..<count {
                values.append(try truth(try cursor.next(what, as: UInt8.self)))
            }
            return .bool(values)
        case 8:
            return .string(try readStrings(count))
        case 10: return .uint64(cursor.values(count, as: UInt64.self))
        case 11: return .int64(cursor.values(count, as: Int64.self))
        default: return .float64(cursor.values(count, as: Double.self))
        }
    }

    private mutating func readStrings(_ count: Int) throws(ModelFileError) -> TextList {
        let size = try cursor.sizeOfStrings(count)
        guard size <= TextList.mostBytes else {
            throw cursor.error(
                at: cursor.position, found: "\(size) bytes of strings",
                expected: "at most \(TextList.mostBytes) in one array")
        }
        var values = TextList()
        values.reserve(texts: count, bytes: size)
        for _ in 0..<count { values.append(try cursor.string("an element")) }
        return values
    }

    private func readAlignment() throws(ModelFileError) -> Int {
        guard let value = metadata["general.alignment"] else { return 32 }
        guard let alignment = value.integer, alignment > 0,
            alignment <= Self.maximumAlignment, alignment & (alignment - 1) == 0
        else {
            throw ModelFileError(
                file: cursor.path, place: .key("general.alignment"), found: value.summary,
                expected: "a power of two up to \(Self.maximumAlignment)",
                remedy: GGUFCursor.damaged)
        }
        return alignment
    }

    // MARK: - Tensors

    /// A description as the file has it: the offset still counts from the start of the data.
    private struct Description {
        let name: String
        let dimensions: [Int]
        let type: GGUFTensorType
        let offset: UInt64
        let byteCount: Int
    }

    private mutating func readDescriptions(_ count: Int) throws(ModelFileError) -> [Description] {
        var descriptions: [Description] = []
        descriptions.reserveCapacity(count)
        var names = Set<String>(minimumCapacity: count)
        for _ in 0..<count {
            let description = try readDescription()
            guard names.insert(description.name).inserted else {
                throw error(
                    in: description.name, found: "the name a second time", expected: "each once")
            }
            descriptions.append(description)
        }
        return descriptions
    }

    private mutating func readDescription() throws(ModelFileError) -> Description {
        let name = try cursor.string("a tensor name", limit: Self.maximumNameLength)
        let rank = try cursor.next("the number of dimensions", as: UInt32.self)
        guard rank <= Self.maximumDimensions else {
            throw error(
                in: name, found: "\(rank) dimensions", expected: "at most \(Self.maximumDimensions)"
            )
        }
        var dimensions: [Int] = []
        for _ in 0..<rank {
            let found = try cursor.next("a dimension", as: UInt64.self)
            guard let dimension = Int(exactly: found), dimension > 0 else {
                throw error(
                    in: name, found: "a dimension of \(found)", expected: "1 or more, below 2^63")
            }
            dimensions.append(dimension)
        }
        let type = GGUFTensorType(rawValue: try cursor.next("a tensor type", as: UInt32.self))
        let offset = try cursor.next("a tensor offset", as: UInt64.self)
        return Description(
            name: name, dimensions: dimensions, type: type, offset: offset,
            byteCount: try byteCount(name: name, dimensions: dimensions, type: type))
    }

    private func byteCount(name: String, dimensions: [Int], type: GGUFTensorType)
        throws(ModelFileError) -> Int
    {
        guard let layout = type.layout else {
            throw error(
                in: name, found: "the unknown tensor type \(type.rawValue)",
                expected: "a type of ggml; values can be read from \(GGUFTensorType.readable)",
                remedy: "Convert the model to one of these types, with a current llama.cpp.")
        }
        var elements = 1
        for dimension in dimensions {
            let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
            guard !overflow else {
                throw error(
                    in: name, found: "dimensions \(dimensions)", expected: "a product below 2^63")
            }
            elements = product
        }
        let row = dimensions.first ?? 1
        guard row.isMultiple(of: layout.elements) else {
            throw error(
                in: name, found: "rows of \(row) values",
                expected: "a multiple of \(layout.elements), the block size of \(layout.name)")
        }
        let (bytes, overflow) = (elements / layout.elements)
            .multipliedReportingOverflow(by: layout.bytes)
        guard !overflow else {
            throw error(
                in: name, found: "dimensions \(dimensions)", expected: "a size below 2^63 bytes")
        }
        return bytes
    }

    /// The tensors with their places in the file: aligned, inside it, and none over another.
    private func placed(_ descriptions: [Description]) throws(ModelFileError) -> [GGUFTensor] {
        let padding = (alignment - cursor.position % alignment) % alignment
        let size = cursor.bytes.count
        // A file without tensors (a vocabulary) may end without the padding.
        let start = min(cursor.position + padding, size)
        var tensors: [GGUFTensor] = []
        tensors.reserveCapacity(descriptions.count)
        for description in descriptions {
            let found = description.offset
            guard let offset = Int(exactly: found), offset.isMultiple(of: alignment) else {
                throw error(
                    in: description.name, found: "the offset \(found)",
                    expected: "a multiple of the alignment \(alignment)")
            }
            guard offset <= size - start, description.byteCount <= size - start - offset else {
                throw error(
                    in: description.name,
                    found: "\(description.byteCount) bytes at offset \(offset) of the data",
                    expected: "an end within the \(size - start) bytes of data in the file")
            }
            tensors.append(
                GGUFTensor(
                    name: description.name, dimensions: description.dimensions,
                    type: description.type, byteOffset: start + offset,
                    byteCount: description.byteCount))
        }
        try refuseOverlaps(tensors)
        return tensors
    }

    private func refuseOverlaps(_ tensors: [GGUFTensor]) throws(ModelFileError) {
        let sorted = tensors.sorted { $0.byteOffset < $1.byteOffset }
        for (before, after) in zip(sorted, sorted.dropFirst())
        where before.byteOffset + before.byteCount > after.byteOffset {
            throw error(
                in: after.name,
                found:
                    "data from byte \(after.byteOffset), inside tensor \(printable(before.name))",
                expected: "data of its own")
        }
    }

    private func error(
        in tensor: String, found: String, expected: String, remedy: String = GGUFCursor.damaged
    ) -> ModelFileError {
        ModelFileError(
            file: cursor.path, place: .tensor(tensor), found: found, expected: expected,
            remedy: remedy)
    }
}

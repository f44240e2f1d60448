import GRPOTokenizers

/// Writes a GGUF file: metadata in the order given, then the tensors.
struct GGUFOutput {
    /// A tensor to be written.
    struct Item {
        let name: String
        /// Row-major, slowest-varying dimension first.
        let shape: [Int]
        let encoding: TensorEncoding
        let values: () -> [Float]

        var byteCount: Int { shape.reduce(1, *) / encoding.elements * encoding.bytes }
    }

    let metadata: [(key: String, value: GGUFValue)]
    let items: [Item]

    static let alignment = 32

    func write(to path: String) throws(ModelFileError) {
        let output = try OutputFile(path: path)
        try output.write("GGUF")
        try output.write(Self.bytes(UInt32(3)))
        try output.write(Self.bytes(UInt64(items.count)))
        try output.write(Self.bytes(UInt64(metadata.count)))
        for (key, value) in metadata {
            try output.write(Self.string(key))
            try output.write(Self.encoded(value))
        }
        var offset = 0
        for item in items {
            try output.write(Self.description(of: item, offset: offset))
            offset += (item.byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
        }
        for item in items {
            try output.pad(to: Self.alignment)
            switch item.encoding.encode(item.values()) {
            case .success(let bytes): try output.write(bytes)
            case .failure(let unrepresentable):
                throw unrepresentable.error(path, item.name, item.encoding)
            }
        }
        try output.pad(to: Self.alignment)
        try output.finish()
    }

    private static func description(of item: Item, offset: Int) -> [UInt8] {
        var result = string(item.name)
        result += bytes(UInt32(item.shape.count))
        for dimension in item.shape.reversed() { result += bytes(UInt64(dimension)) }
        result += bytes(GGUFTensorType(item.encoding).rawValue)
        result += bytes(UInt64(offset))
        return result
    }

    private static func encoded(_ value: GGUFValue) -> [UInt8] {
        switch value {
        case .uint8(let value): bytes(UInt32(0)) + bytes(value)
        case .int8(let value): bytes(UInt32(1)) + bytes(value)
        case .uint16(let value): bytes(UInt32(2)) + bytes(value)
        case .int16(let value): bytes(UInt32(3)) + bytes(value)
        case .uint32(let value): bytes(UInt32(4)) + bytes(value)
        case .int32(let value): bytes(UInt32(5)) + bytes(value)
        case .float32(let value): bytes(UInt32(6)) + bytes(value.bitPattern)
        case .bool(let value): bytes(UInt32(7)) + [value ? 1 : 0]
        case .string(let value): bytes(UInt32(8)) + string(value)
        case .array(let array): bytes(UInt32(9)) + encoded(array)
        case .uint64(let value): bytes(UInt32(10)) + bytes(value)
        case .int64(let value): bytes(UInt32(11)) + bytes(value)
        case .float64(let value): bytes(UInt32(12)) + bytes(value.bitPattern)
        }
    }

    private static func encoded(_ array: GGUFArray) -> [UInt8] {
        func list<Values: Collection>(
            _ type: UInt32, _ values: Values, _ encode: (Values.Element) -> [UInt8]
        ) -> [UInt8] {
            bytes(type) + bytes(UInt64(values.count)) + values.flatMap(encode)
        }
        return switch array {
        case .uint8(let values): list(0, values, bytes)
        case .int8(let values): list(1, values, bytes)
        case .uint16(let values): list(2, values, bytes)
        case .int16(let values): list(3, values, bytes)
        case .uint32(let values): list(4, values, bytes)
        case .int32(let values): list(5, values, bytes)
        case .float32(let values): list(6, values) { bytes($0.bitPattern) }
        case .bool(let values): list(7, values) { [$0 ? 1 : 0] }
        case .string(let values): list(8, values, string)
        case .uint64(let values): list(10, values, bytes)
        case .int64(let values): list(11, values, bytes)
        case .float64(let values): list(12, values) { bytes($0.bitPattern) }
        }
    }

    private static func string(_ text: String) -> [UInt8] {
        bytes(UInt64(text.utf8.count)) + Array(text.utf8)
    }

    private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}

extension GGUFTensorType {
    /// The type that an encoding writes.
    init(_ encoding: TensorEncoding) {
        switch encoding {
        case .float32: self = .f32
        case .float16: self = .f16
        case .bfloat16: self = .bf16
        case .q8x0: self = .q8x0
        }
    }
}

import GRPOJSON
import GRPOModels

/// Writes safetensors files as the reference implementation does: tensors sorted by name, the
/// header without spaces and padded with them to a multiple of eight bytes. Equal models in equal
/// types make equal files.
enum SafetensorsWriter {
    /// A tensor to be written.
    struct Item {
        let name: String
        let shape: [Int]
        let values: () -> [Float]
    }

    /// Writes one file.
    ///
    /// - Parameter encoding: one of the plain types; blocks have no place in the format.
    static func write(
        _ items: [Item], _ encoding: TensorEncoding, to path: String
    ) throws(ModelFileError) {
        let items = items.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let output = try OutputFile(path: path)
        var header = header(of: items, type(encoding), elementSize: encoding.bytes).text
        header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        try output.write(
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) })
        try output.write(header)
        for item in items {
            switch encoding.encode(item.values()) {
            case .success(let bytes): try output.write(bytes)
            case .failure(let unrepresentable):
                throw unrepresentable.error(path, item.name, encoding)
            }
        }
        try output.finish()
    }

    private static func header(
        of items: [Item], _ type: SafetensorsType, elementSize: Int
    ) -> JSONValue {
        var offset = 0
        // Readers of the transformers library refuse a file that does not name its framework.
        let metadata = JSONValue.object(["format": .string("pt")])
        let entries = items.map { item in
            let end = offset + item.shape.reduce(elementSize, *)
            defer { offset = end }
            return JSONValue.Member(
                key: item.name,
                value: .object([
                    "dtype": .string(type.rawValue),
                    "shape": .array(item.shape.map { .int($0) }),
                    "data_offsets": .array([.int(offset), .int(end)]),
                ]))
        }
        return .object([JSONValue.Member(key: "__metadata__", value: metadata)] + entries)
    }

    private static func type(_ encoding: TensorEncoding) -> SafetensorsType {
        switch encoding {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .q8x0: preconditionFailure("found \(encoding), expected a type of safetensors")
        }
    }
}

extension TensorEncoding.Unrepresentable {
    /// The error of a tensor that holds the value.
    func error(_ path: String, _ tensor: String, _ encoding: TensorEncoding) -> ModelFileError {
        ModelFileError(
            file: path, place: .tensor(tensor), found: "the value \(value)",
            expected: "values within the range of \(encoding.rawValue)",
            remedy: "Write the model as bfloat16 or float32, which have a wider range.")
    }
}

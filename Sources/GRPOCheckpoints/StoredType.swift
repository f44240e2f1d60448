import CGRPOHDF5

/// The element type of a dataset in a checkpoint file.
package enum StoredType: String, Sendable, CaseIterable, Codable {
    case float32
    case float64
    case int32
    case int64
    case uint64
    case uint8
    /// The upper half of a float32; the file holds it as an unsigned 16-bit integer.
    case bfloat16
    /// One UTF-8 text, a dataset of rank 0.
    case text

    /// Bytes of one element; 1 for text, whose length is counted in bytes.
    package var size: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32: 4
        case .bfloat16: 2
        case .uint8, .text: 1
        }
    }

    /// The number that the C layer gives this type.
    var code: Int32 {
        switch self {
        case .float32: Int32(GRPO_H5_FLOAT32)
        case .float64: Int32(GRPO_H5_FLOAT64)
        case .int32: Int32(GRPO_H5_INT32)
        case .int64: Int32(GRPO_H5_INT64)
        case .uint64: Int32(GRPO_H5_UINT64)
        case .uint8: Int32(GRPO_H5_UINT8)
        case .bfloat16: Int32(GRPO_H5_BFLOAT16)
        case .text: Int32(GRPO_H5_TEXT)
        }
    }

    init?(code: Int32) {
        guard let type = StoredType.allCases.first(where: { $0.code == code }) else { return nil }
        self = type
    }
}

/// A Swift number that a dataset can hold. `UInt16` holds the bits of a bfloat16.
package protocol StoredElement: BitwiseCopyable, Sendable {
    static var storedType: StoredType { get }
}

extension Float: StoredElement { package static var storedType: StoredType { .float32 } }
extension Double: StoredElement { package static var storedType: StoredType { .float64 } }
extension Int32: StoredElement { package static var storedType: StoredType { .int32 } }
extension Int64: StoredElement { package static var storedType: StoredType { .int64 } }
extension UInt64: StoredElement { package static var storedType: StoredType { .uint64 } }
extension UInt8: StoredElement { package static var storedType: StoredType { .uint8 } }
extension UInt16: StoredElement { package static var storedType: StoredType { .bfloat16 } }

import GRPOJSON
package import GRPOTokenizers

/// A metadata value of a GGUF file, in the type the file gives it.
package enum GGUFValue: Equatable, Sendable {
    case uint8(UInt8)
    case int8(Int8)
    case uint16(UInt16)
    case int16(Int16)
    case uint32(UInt32)
    case int32(Int32)
    case uint64(UInt64)
    case int64(Int64)
    case float32(Float)
    case float64(Double)
    case bool(Bool)
    case string(String)
    case array(GGUFArray)

    /// The value of any integer type, if it fits `Int`.
    package var integer: Int? {
        switch self {
        case .uint8(let value): Int(value)
        case .int8(let value): Int(value)
        case .uint16(let value): Int(value)
        case .int16(let value): Int(value)
        case .uint32(let value): Int(exactly: value)
        case .int32(let value): Int(value)
        case .uint64(let value): Int(exactly: value)
        case .int64(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The value of either floating-point type, widened.
    package var real: Double? {
        switch self {
        case .float32(let value): Double(value)
        case .float64(let value): value
        default: nil
        }
    }

    /// Type and value for a message.
    var summary: String {
        switch self {
        case .uint8, .int8, .uint16, .int16, .uint32, .int32:
            "the integer \(integer ?? 0)"
        case .uint64(let value): "the integer \(value)"
        case .int64(let value): "the integer \(value)"
        case .float32(let value): "the number \(value)"
        case .float64(let value): "the number \(value)"
        case .bool(let value): "the truth value \(value)"
        case .string(let value): "the string \(printable(value))"
        case .array(let array): "an array of \(array.count) values"
        }
    }
}

/// A metadata array of a GGUF file. The elements keep the width they have in the file, so that
/// reading one takes no more memory than the file gives it.
package enum GGUFArray: Equatable, Sendable {
    case uint8([UInt8])
    case int8([Int8])
    case uint16([UInt16])
    case int16([Int16])
    case uint32([UInt32])
    case int32([Int32])
    case uint64([UInt64])
    case int64([Int64])
    case float32([Float])
    case float64([Double])
    case bool([Bool])
    case string(TextList)

    /// The number of elements.
    package var count: Int {
        switch self {
        case .uint8(let values): values.count
        case .int8(let values): values.count
        case .uint16(let values): values.count
        case .int16(let values): values.count
        case .uint32(let values): values.count
        case .int32(let values): values.count
        case .uint64(let values): values.count
        case .int64(let values): values.count
        case .float32(let values): values.count
        case .float64(let values): values.count
        case .bool(let values): values.count
        case .string(let values): values.count
        }
    }

    /// Whether the elements are integers, of whatever type.
    var holdsIntegers: Bool {
        switch self {
        case .float32, .float64, .bool, .string: false
        default: true
        }
    }

    /// One element of an array of any integer type; nil for other types and where it does not fit
    /// `Int`.
    package func integer(at index: Int) -> Int? {
        switch self {
        case .uint8(let values): Int(values[index])
        case .int8(let values): Int(values[index])
        case .uint16(let values): Int(values[index])
        case .int16(let values): Int(values[index])
        case .uint32(let values): Int(values[index])
        case .int32(let values): Int(values[index])
        case .uint64(let values): Int(exactly: values[index])
        case .int64(let values): Int(values[index])
        case .float32, .float64, .bool, .string: nil
        }
    }

    /// The elements of an array of any integer type; nil for other types and where an element does
    /// not fit `Int`.
    package var integers: [Int]? {
        func widened<T: FixedWidthInteger>(_ values: [T]) -> [Int]? {
            let result = values.compactMap { Int(exactly: $0) }
            return result.count == values.count ? result : nil
        }
        return switch self {
        case .uint8(let values): widened(values)
        case .int8(let values): widened(values)
        case .uint16(let values): widened(values)
        case .int16(let values): widened(values)
        case .uint32(let values): widened(values)
        case .int32(let values): widened(values)
        case .uint64(let values): widened(values)
        case .int64(let values): widened(values)
        default: nil
        }
    }

    /// The elements of an array of either floating-point type, widened.
    package var reals: [Double]? {
        switch self {
        case .float32(let values): values.map { Double($0) }
        case .float64(let values): values
        default: nil
        }
    }
}

package import Foundation

/// A safetensors file written by one of the fixture scripts, read whole.
///
/// Only for files of this repository: it trusts them. The format is an eight-byte little-endian
/// header length, a JSON header `{name: {dtype, shape, data_offsets}}`, then the data, to which
/// the offsets are relative.
package struct SafetensorsFixture {
    /// An array of the file: its element type as the header spells it (`F32`, `F64`, `I32`,
    /// `I64`), its shape, and its bytes.
    package struct Array {
        package let type: String
        package let shape: [Int]
        let bytes: Data

        /// The elements in Double; exact for every type but huge integers.
        package var doubles: [Double] {
            switch type {
            case "F64": values(of: UInt64.self).map { Double(bitPattern: $0) }
            case "F32": values(of: UInt32.self).map { Double(Float(bitPattern: $0)) }
            default: integers.map { Double($0) }
            }
        }

        /// The elements in Float; `F64` arrays are rounded to nearest.
        package var floats: [Float] {
            type == "F32"
                ? values(of: UInt32.self).map { Float(bitPattern: $0) } : doubles.map { Float($0) }
        }

        /// The elements of an integer array.
        package var integers: [Int] {
            switch type {
            case "I64": values(of: Int64.self).map { Int($0) }
            case "I32": values(of: Int32.self).map { Int($0) }
            default: preconditionFailure("found an array of type \(type), expected I32 or I64")
            }
        }

        private func values<Element: FixedWidthInteger>(of _: Element.Type) -> [Element] {
            let stride = MemoryLayout<Element>.size
            return bytes.withUnsafeBytes { raw in
                (0..<raw.count / stride).map {
                    Element(
                        littleEndian: raw.loadUnaligned(
                            fromByteOffset: $0 * stride, as: Element.self))
                }
            }
        }
    }

    /// An array, or the `__metadata__` that some writers add.
    private enum Header: Decodable {
        case array(Entry)
        case metadata

        init(from decoder: any Decoder) throws {
            let isMetadata = decoder.codingPath.last?.stringValue == "__metadata__"
            self = isMetadata ? .metadata : .array(try Entry(from: decoder))
        }
    }

    private struct Entry: Decodable {
        let dtype: String
        let shape: [Int]
        let offsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }
    }

    /// The arrays by name.
    package let arrays: [String: Array]

    /// Reads the file; the error is Foundation's.
    package init(contentsOf url: URL) throws {
        let data = try Data(contentsOf: url)
        let length = data.withUnsafeBytes {
            Int(UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)))
        }
        let header = try JSONDecoder().decode(
            [String: Header].self, from: data.subdata(in: 8..<8 + length))
        arrays = header.compactMapValues { header in
            guard case .array(let entry) = header else { return nil }
            let start = 8 + length + entry.offsets[0]
            let end = 8 + length + entry.offsets[1]
            return Array(
                type: entry.dtype, shape: entry.shape, bytes: data.subdata(in: start..<end))
        }
    }

    /// The array of this name; a missing one is an error of the test.
    package subscript(name: String) -> Array {
        guard let array = arrays[name] else {
            preconditionFailure("no array \(name); the file has \(arrays.keys.sorted())")
        }
        return array
    }

    /// The names that begin with `prefix`, without it, sorted.
    package func names(under prefix: String) -> [String] {
        arrays.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
            .sorted()
    }
}

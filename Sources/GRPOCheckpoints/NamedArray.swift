/// An array as a checkpoint sees it: a name, a shape, an element type and a way to its bytes.
///
/// The bytes are read where they lie; saving makes no copy of them.
package struct NamedArray {
    /// The dataset's path inside the file, such as `weights/layers.0.attention.query`.
    package let name: String
    /// The extents, slowest first; empty for a scalar.
    package let shape: [Int]
    package let type: StoredType
    /// The array's bytes, row-major. The closure keeps their owner alive; they must neither move nor
    /// change while a checkpoint is being saved.
    package let bytes: () -> UnsafeRawBufferPointer

    package init(
        name: String, shape: [Int], type: StoredType, bytes: @escaping () -> UnsafeRawBufferPointer
    ) {
        self.name = name
        self.shape = shape
        self.type = type
        self.bytes = bytes
    }

    /// An array that owns a copy of `values`; the shape defaults to one dimension.
    package init<Element: StoredElement>(
        name: String, values: [Element], shape: [Int]? = nil
    ) {
        let owner = OwnedBytes(values)
        self.init(name: name, shape: shape ?? [values.count], type: Element.storedType) {
            owner.bytes
        }
    }

    init(name: String, text: String) {
        let owner = OwnedBytes(Array(text.utf8))
        self.init(name: name, shape: [], type: .text) { owner.bytes }
    }

    /// The bytes that shape and type ask for; nil where the product overflows or an extent is
    /// negative. A text has as many as it has.
    var expectedByteCount: Int? {
        if type == .text { return bytes().count }
        var count = type.size
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            if overflow || extent < 0 { return nil }
            count = product
        }
        return count
    }
}

/// Keeps a copy of some numbers at a fixed address.
private final class OwnedBytes {
    private let storage: UnsafeMutableRawBufferPointer

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(storage) }

    init<Element: BitwiseCopyable>(_ values: [Element]) {
        storage = .allocate(
            byteCount: values.count * MemoryLayout<Element>.stride,
            alignment: MemoryLayout<Element>.alignment)
        values.withUnsafeBytes { storage.copyMemory(from: $0) }
    }

    deinit { storage.deallocate() }
}

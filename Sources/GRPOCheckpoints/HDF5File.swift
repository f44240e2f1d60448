import CGRPOHDF5

/// A dataset's name, element type and shape (slowest extent first; a text has none).
package struct DatasetInfo: Sendable, Equatable {
    package let name: String
    package let type: StoredType
    package let shape: [Int]
    package let byteCount: Int

    /// The number of elements; for a text, of bytes.
    package var count: Int { byteCount / type.size }
}

/// An HDF5 file open for reading.
///
/// The library is not hardened against hostile files: open only what a manifest vouches for
/// (`Checkpoint.verify`), or what this program has just made.
package struct HDF5File: ~Copyable {
    package let path: String
    private let handle: Int64

    /// The version of the library in use, such as "1.10.8".
    package static var libraryVersion: String { String(cString: grpo_h5_version()) }

    package init(opening path: String) throws(CheckpointError) {
        guard !path.utf8.contains(0) else { throw .invalidName(path, reason: "it contains NUL") }
        let opened = grpo_h5_open(path)
        guard opened >= 0 else { throw .lastHDF5(path) }
        self.path = path
        handle = opened
    }

    deinit { _ = grpo_h5_close(handle) }

    /// All datasets, in the order of names.
    package func datasets() throws(CheckpointError) -> [DatasetInfo] {
        final class Names { var list: [String] = [] }
        let names = Names()
        let context = Unmanaged.passUnretained(names).toOpaque()
        let result = grpo_h5_list(
            handle,
            { path, context in
                guard let path, let context else { return }
                Unmanaged<Names>.fromOpaque(context).takeUnretainedValue().list.append(
                    String(cString: path))
            }, context)
        guard result == 0 else { throw .lastHDF5(path) }
        var found: [DatasetInfo] = []
        for name in names.list { found.append(try dataset(name)) }
        return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Whether the file has a dataset of this name.
    package func contains(_ name: String) throws(CheckpointError) -> Bool {
        try DatasetName.check(name)
        let found = grpo_h5_exists(handle, name)
        guard found >= 0 else { throw .lastHDF5("\(path), dataset \(name.debugDescription)") }
        return found == 1
    }

    /// Type and shape of one dataset.
    package func dataset(_ name: String) throws(CheckpointError) -> DatasetInfo {
        guard try contains(name) else { throw .missingDataset(path: path, name: name) }
        var raw = grpo_h5_dataset()
        guard grpo_h5_describe(handle, name, &raw) == 0, let type = StoredType(code: raw.type)
        else { throw .lastHDF5("\(path), dataset \(name.debugDescription)") }
        let rank = Int(raw.rank)
        let extents = withUnsafeBytes(of: raw.shape) {
            Array($0.bindMemory(to: UInt64.self).prefix(rank))
        }
        guard raw.bytes <= UInt64(Int.max), extents.allSatisfy({ $0 <= UInt64(Int.max) }) else {
            throw .damaged(path: path, found: "extents \(extents)", expected: "a size in memory")
        }
        return DatasetInfo(
            name: name, type: type, shape: extents.map { Int($0) }, byteCount: Int(raw.bytes))
    }

    /// Reads a dataset into memory of the caller's, which it must fill exactly.
    package func read(
        _ name: String, type: StoredType, shape: [Int],
        into destination: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        let info = try dataset(name)
        guard info.type == type, info.shape == shape else {
            throw .mismatch(
                path: path, name: name, found: "\(info.type.rawValue) \(info.shape)",
                expected: "\(type.rawValue) \(shape)")
        }
        try read(info, into: destination)
    }

    /// Reads a dataset of `Element` and returns its numbers, row-major.
    package func read<Element: StoredElement>(
        _ name: String, as element: Element.Type
    ) throws(CheckpointError) -> [Element] {
        let info = try dataset(name)
        guard info.type == Element.storedType else {
            throw .mismatch(
                path: path, name: name, found: info.type.rawValue,
                expected: Element.storedType.rawValue)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: info.byteCount, alignment: MemoryLayout<Element>.alignment)
        defer { buffer.deallocate() }
        try read(info, into: buffer)
        return Array(buffer.bindMemory(to: Element.self))
    }

    /// Reads a text.
    package func text(_ name: String) throws(CheckpointError) -> String {
        let info = try dataset(name)
        guard info.type == .text else {
            throw .mismatch(path: path, name: name, found: info.type.rawValue, expected: "text")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: info.byteCount, alignment: 1)
        defer { buffer.deallocate() }
        try read(info, into: buffer)
        guard let text = String(validating: buffer, as: UTF8.self) else {
            throw .mismatch(
                path: path, name: name, found: "bytes that are not UTF-8", expected: "text")
        }
        return text
    }

    /// A string attribute of the file, or nil when it has none of this name.
    package func attribute(_ name: String) throws(CheckpointError) -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let length = bytes.withUnsafeMutableBytes {
            grpo_h5_attribute(
                handle, name, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        if length == -2 { return nil }
        guard length >= 0, length <= bytes.count else {
            throw .lastHDF5("\(path), attribute \(name.debugDescription)")
        }
        return String(decoding: bytes.prefix(Int(length)), as: UTF8.self)
    }

    private func read(
        _ info: DatasetInfo, into destination: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        precondition(
            destination.count == info.byteCount,
            "\(info.name) has \(info.byteCount) bytes, the buffer \(destination.count)")
        if info.byteCount == 0 { return }
        guard grpo_h5_read(handle, info.name, destination.baseAddress, UInt64(info.byteCount)) == 0
        else { throw .lastHDF5("\(path), dataset \(info.name.debugDescription)") }
    }
}

extension CheckpointError {
    /// This thread's last failure inside the library.
    static func lastHDF5(_ path: String) -> CheckpointError {
        .hdf5(path: path, detail: String(cString: grpo_h5_error()))
    }
}

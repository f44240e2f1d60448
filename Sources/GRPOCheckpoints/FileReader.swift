import Foundation

/// Reads a file front to back in pieces of the caller's choosing.
final class FileReader {
    private let path: String
    private let access: FileAccess
    private let descriptor: Int32
    private var buffer: UnsafeMutableRawBufferPointer

    init(_ path: String, files: any FileOperations) throws(CheckpointError) {
        self.path = path
        access = FileAccess(files: files)
        descriptor = try access.perform("open", path) { () throws(SystemError) in
            try files.open(path, for: .read)
        }
        buffer = .allocate(byteCount: HDF5Image.chunkBytes, alignment: 16)
    }

    deinit {
        buffer.deallocate()
        try? access.files.close(descriptor)
    }

    /// The next `count` bytes, or fewer at the end of the file; valid until the next call.
    func next(_ count: Int) throws(CheckpointError) -> UnsafeRawBufferPointer {
        precondition(count <= buffer.count, "asked for \(count) bytes, at most \(buffer.count)")
        let (files, descriptor) = (access.files, descriptor)
        var filled = 0
        while filled < count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<count])
            let read = try access.perform("read back", path) { () throws(SystemError) in
                try files.read(descriptor, into: rest)
            }
            if read == 0 { break }
            filled += read
        }
        return UnsafeRawBufferPointer(rebasing: buffer[..<filled])
    }
}

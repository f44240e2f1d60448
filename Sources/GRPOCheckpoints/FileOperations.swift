import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a file is opened for.
package enum FilePurpose: Sendable {
    case read
    /// A new file for writing; fails when the name exists.
    case create
    case directory
}

/// What tells one state of a file from another without reading it.
package struct FileStatus: Sendable, Equatable {
    package let byteCount: Int
    package let inode: UInt64
    package let modifiedSeconds: Int
    package let modifiedNanoseconds: Int
}

/// The calls of the operating system that saving stands on, one to one, so that a test can make any
/// of them fail. Nothing here retries or completes a partial transfer.
package protocol FileOperations: Sendable {
    func open(_ path: String, for purpose: FilePurpose) throws(SystemError) -> Int32
    func close(_ descriptor: Int32) throws(SystemError)
    /// Reads at most `buffer.count` bytes; 0 at the end of the file.
    func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int
    /// Writes at least one byte and returns how many.
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int
    func synchronize(_ descriptor: Int32) throws(SystemError)
    /// Takes the exclusive advisory lock, or fails at once with EWOULDBLOCK.
    func lock(_ descriptor: Int32) throws(SystemError)
    /// Releases the lock, also from copies of the descriptor in children that are just starting.
    func unlock(_ descriptor: Int32) throws(SystemError)
    func status(of path: String) throws(SystemError) -> FileStatus
    func rename(_ path: String, to newPath: String) throws(SystemError)
    func remove(_ path: String) throws(SystemError)
    func makeDirectory(_ path: String) throws(SystemError)
    /// The names in a directory without `.` and `..`, in no particular order.
    func names(in directory: String) throws(SystemError) -> [String]
}

/// The operating system itself.
package struct SystemFiles: FileOperations {
    package init() {}

    package func open(_ path: String, for purpose: FilePurpose) throws(SystemError) -> Int32 {
        let flags: Int32 =
            switch purpose {
            case .read: O_RDONLY
            case .create: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
            case .directory: O_RDONLY | O_DIRECTORY
            }
        #if canImport(Darwin)
            let descriptor = Darwin.open(path, flags | O_CLOEXEC, 0o644)
        #elseif canImport(Musl)
            let descriptor = Musl.open(path, flags | O_CLOEXEC, 0o644)
        #else
            let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o644)
        #endif
        return try Self.checked(descriptor)
    }

    package func close(_ descriptor: Int32) throws(SystemError) {
        #if canImport(Darwin)
            let result = Darwin.close(descriptor)
        #elseif canImport(Musl)
            let result = Musl.close(descriptor)
        #else
            let result = Glibc.close(descriptor)
        #endif
        _ = try Self.checked(result)
    }

    package func read(
        _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) -> Int {
        #if canImport(Darwin)
            let count = Darwin.read(descriptor, buffer.baseAddress, buffer.count)
        #elseif canImport(Musl)
            let count = Musl.read(descriptor, buffer.baseAddress, buffer.count)
        #else
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        #endif
        return try Self.checked(count)
    }

    package func write(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer
    ) throws(SystemError) -> Int {
        #if canImport(Darwin)
            let count = Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #elseif canImport(Musl)
            let count = Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
        return try Self.checked(count)
    }

    package func synchronize(_ descriptor: Int32) throws(SystemError) {
        _ = try Self.checked(fsync(descriptor))
    }

    package func lock(_ descriptor: Int32) throws(SystemError) {
        _ = try Self.checked(flock(descriptor, LOCK_EX | LOCK_NB))
    }

    package func unlock(_ descriptor: Int32) throws(SystemError) {
        _ = try Self.checked(flock(descriptor, LOCK_UN))
    }

    package func status(of path: String) throws(SystemError) -> FileStatus {
        var raw = stat()
        _ = try Self.checked(stat(path, &raw))
        #if canImport(Darwin)
            let modified = raw.st_mtimespec
        #else
            let modified = raw.st_mtim
        #endif
        return FileStatus(
            byteCount: Int(raw.st_size), inode: UInt64(raw.st_ino),
            modifiedSeconds: Int(modified.tv_sec), modifiedNanoseconds: Int(modified.tv_nsec))
    }

    package func rename(_ path: String, to newPath: String) throws(SystemError) {
        #if canImport(Darwin)
            let result = Darwin.rename(path, newPath)
        #elseif canImport(Musl)
            let result = Musl.rename(path, newPath)
        #else
            let result = Glibc.rename(path, newPath)
        #endif
        _ = try Self.checked(result)
    }

    package func remove(_ path: String) throws(SystemError) {
        _ = try Self.checked(unlink(path))
    }

    package func makeDirectory(_ path: String) throws(SystemError) {
        _ = try Self.checked(mkdir(path, 0o755))
    }

    package func names(in directory: String) throws(SystemError) -> [String] {
        guard let stream = opendir(directory) else { throw .last }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        if errno != 0 { throw .last }
        return names
    }

    private static func checked<Result: SignedInteger>(
        _ result: Result
    ) throws(SystemError) -> Result {
        if result < 0 { throw .last }
        return result
    }
}

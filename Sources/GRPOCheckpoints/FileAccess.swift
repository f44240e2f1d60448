import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Whole transfers over single calls: interrupted calls are repeated, partial ones continued, and
/// every failure names its path.
struct FileAccess {
    let files: any FileOperations

    /// Creates `path`, lets `body` write to it, makes it durable and closes it. Leaves no file
    /// behind when any of that fails. `reported` is the path that errors name.
    func create(
        _ path: String, reported: String,
        _ body: (_ write: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void)
            throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let files = files
        let descriptor = try perform("create", reported) { () throws(SystemError) in
            try files.open(path, for: .create)
        }
        do throws(CheckpointError) {
            do throws(CheckpointError) {
                try body { (bytes) throws(CheckpointError) in
                    try writeAll(bytes, to: descriptor, reported: reported)
                }
                // Never repeated after a failure: the system may have dropped the dirty pages and
                // would then report success.
                try once("flush", reported) { () throws(SystemError) in
                    try files.synchronize(descriptor)
                }
            } catch {
                try? files.close(descriptor)
                throw error
            }
            // A file system over a network may report a full disk only here.
            try once("close", reported) { () throws(SystemError) in try files.close(descriptor) }
        } catch {
            try? files.remove(path)
            throw error
        }
    }

    /// Hands the bytes of `path` in order to `consume`, in pieces of at most `chunkBytes`.
    func read(
        _ path: String, chunkBytes: Int,
        _ consume: (UnsafeRawBufferPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let files = files
        let descriptor = try perform("open", path) { () throws(SystemError) in
            try files.open(path, for: .read)
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
        defer {
            buffer.deallocate()
            try? files.close(descriptor)
        }
        while true {
            let count = try perform("read", path) { () throws(SystemError) in
                try files.read(descriptor, into: buffer)
            }
            if count == 0 { return }
            try consume(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// The whole of a file that should be small; fails above `limit` bytes.
    func contents(of path: String, limit: Int) throws(CheckpointError) -> [UInt8] {
        var bytes: [UInt8] = []
        try read(path, chunkBytes: 1 << 16) { (part) throws(CheckpointError) in
            bytes.append(contentsOf: part)
            if bytes.count > limit {
                throw .damaged(
                    path: path, found: "more than \(limit) bytes", expected: "a small text")
            }
        }
        return bytes
    }

    func rename(_ path: String, to newPath: String) throws(CheckpointError) {
        let files = files
        try perform("rename a finished file to", newPath) { () throws(SystemError) in
            try files.rename(path, to: newPath)
        }
    }

    /// Makes the names in a directory durable.
    func synchronizeDirectory(_ directory: String) throws(CheckpointError) {
        let files = files
        let descriptor = try perform("open", directory) { () throws(SystemError) in
            try files.open(directory, for: .directory)
        }
        defer { try? files.close(descriptor) }
        try once("flush", directory) { () throws(SystemError) in
            try files.synchronize(descriptor)
        }
    }

    /// Makes a directory and those that lead to it.
    func makeDirectories(_ directory: String) throws(CheckpointError) {
        if (try? files.status(of: directory)) != nil { return }
        let parent = (directory as NSString).deletingLastPathComponent
        if !parent.isEmpty && parent != directory { try makeDirectories(parent) }
        do throws(SystemError) {
            try files.makeDirectory(directory)
        } catch {
            if error.code == EEXIST { return }
            throw .system(path: directory, action: "make the directory", cause: error)
        }
        try synchronizeDirectory(parent.isEmpty ? "." : parent)
    }

    /// Runs a call, repeating it while a signal interrupts it.
    func perform<Result>(
        _ action: String, _ path: String, _ call: () throws(SystemError) -> Result
    ) throws(CheckpointError) -> Result {
        while true {
            do throws(SystemError) {
                return try call()
            } catch {
                if error.code == EINTR { continue }
                throw .system(path: path, action: action, cause: error)
            }
        }
    }

    private func once(
        _ action: String, _ path: String, _ call: () throws(SystemError) -> Void
    ) throws(CheckpointError) {
        do throws(SystemError) {
            try call()
        } catch {
            throw .system(path: path, action: action, cause: error)
        }
    }

    private func writeAll(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, reported: String
    ) throws(CheckpointError) {
        let files = files
        var rest = bytes
        while !rest.isEmpty {
            let count = try perform("write", reported) { () throws(SystemError) in
                try files.write(descriptor, rest)
            }
            precondition(count <= rest.count, "wrote \(count) of \(rest.count) bytes")
            if count == 0 {
                throw .system(path: reported, action: "write", cause: SystemError(code: EIO))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}

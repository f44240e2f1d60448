import Foundation

/// A file that appears whole or not at all: written under a temporary name beside its own,
/// flushed to the disk, and renamed.
final class OutputFile {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    /// The bytes written so far.
    private(set) var count = 0
    private var isFinished = false

    init(path: String) throws(ModelFileError) {
        self.path = path
        temporary = path + ".tmp-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, "a file that cannot be created") }
    }

    /// Writes a whole file.
    static func write(_ bytes: some Sequence<UInt8>, to path: String) throws(ModelFileError) {
        let output = try OutputFile(path: path)
        try output.write(bytes)
        try output.finish()
    }

    /// Makes a directory and those above it, where they are not there.
    static func makeDirectory(_ path: String) throws(ModelFileError) {
        if mkdir(path, 0o777) == 0 { return }
        if errno == ENOENT, case let parent = (path as NSString).deletingLastPathComponent,
            !parent.isEmpty, parent != path
        {
            try makeDirectory(parent)
            if mkdir(path, 0o777) == 0 { return }
        }
        let code = errno
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        errno = code
        throw Self.failure(path, "a directory that cannot be made")
    }

    deinit {
        // Another's file may have the name that could not be opened.
        guard !isFinished, descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary)
    }

    func write(_ bytes: some Sequence<UInt8>) throws(ModelFileError) {
        let before = buffer.count
        buffer.append(contentsOf: bytes)
        count += buffer.count - before
        if buffer.count >= 1 << 20 { try flush() }
    }

    func write(_ text: String) throws(ModelFileError) {
        try write(text.utf8)
    }

    /// Writes zeros up to a multiple of `alignment`.
    func pad(to alignment: Int, with byte: UInt8 = 0) throws(ModelFileError) {
        let padding = (alignment - count % alignment) % alignment
        try write(repeatElement(byte, count: padding))
    }

    /// Puts the file in its place.
    func finish() throws(ModelFileError) {
        try flush()
        guard fsync(descriptor) == 0 else {
            throw Self.failure(path, "a file that cannot be flushed")
        }
        guard rename(temporary, path) == 0 else {
            throw Self.failure(path, "a file that cannot be renamed")
        }
        isFinished = true
        close(descriptor)
        // The new name is on the disk only when its directory is.
        let directory = open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { return }
        defer { close(directory) }
        guard fsync(directory) == 0 else {
            throw Self.failure(path, "a file that cannot be flushed")
        }
    }

    private func flush() throws(ModelFileError) {
        var start = 0
        while start < buffer.count {
            let written = buffer[start...].withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if written < 0 {
                if errno == EINTR { continue }
                throw Self.failure(path, "a file that cannot be written")
            }
            start += written
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func failure(_ path: String, _ found: String) -> ModelFileError {
        let code = errno
        let reason = String(cString: strerror(code))
        return ModelFileError(
            file: path, place: .file, found: "\(found): \(reason)",
            expected: "room and permission to write",
            remedy: "Free space or choose another place; what was there before is untouched.",
            cause: [ENOSPC, EDQUOT, EFBIG, EIO].contains(code) ? .failure : .input)
    }
}

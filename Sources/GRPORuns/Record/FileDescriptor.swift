import Foundation

/// An open file that belongs to one owner and is closed with it.
final class FileDescriptor {
    let path: String
    private let descriptor: Int32

    /// Throws ``RunError`` with the system's reason.
    init(path: String, flags: Int32) throws(RunError) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Self.failure(path, "could not be opened") }
    }

    deinit { close(descriptor) }

    /// Writes all bytes, however many calls that takes.
    func write(_ bytes: [UInt8]) throws(RunError) {
        var start = 0
        while start < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress! + start, bytes.count - start)
            }
            if count > 0 {
                start += count
            } else if errno != EINTR {
                throw Self.failure(path, "could not be written")
            }
        }
    }

    /// A device or a pipe has nothing to flush.
    func synchronize() throws(RunError) {
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw Self.failure(path, "could not be flushed")
        }
    }

    /// Bytes in a regular file, or nil.
    var length: Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return Int(status.st_size)
    }

    func truncate(to length: Int) throws(RunError) {
        guard ftruncate(descriptor, off_t(length)) == 0 else {
            throw Self.failure(path, "could not be cut")
        }
    }

    /// Takes the file's lock for this process until it is closed; false where another holds it.
    func lock() throws(RunError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        if errno == EWOULDBLOCK { return false }
        throw Self.failure(path, "could not be locked")
    }

    static func failure(_ path: String, _ what: String) -> RunError {
        let code = errno
        let remedy =
            switch code {
            case ENOSPC, EDQUOT, EFBIG: "free some space on its disk and use --resume"
            case EACCES, EPERM, EROFS: "choose a directory that you may write with --output"
            case ENOENT, ENOTDIR: "check the path"
            default: "check the disk and use --resume"
            }
        return RunError(
            .failure, path: path, "\(what): \(String(cString: strerror(code)))", remedy: remedy)
    }
}

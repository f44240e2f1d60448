import Foundation
import GRPOJSON

/// A regular file mapped read-only into memory; unmapped when the last reference goes.
///
/// Nothing is read before it is touched, and the pages belong to the page cache, so mapping a
/// model costs no memory of its own. Shrinking the file while it is mapped is a fault of the
/// operating system's making that no check can turn into an error; replace files by renaming.
final class MappedFile: @unchecked Sendable {
    // Sendable: the bytes are never written.
    let bytes: UnsafeRawBufferPointer

    /// Maps the file; a directory, a pipe or an empty file is an error.
    init(path: String) throws(ModelFileError) {
        func failure(_ found: String, _ expected: String, _ remedy: String) -> ModelFileError {
            ModelFileError(
                file: path, place: .file, found: found, expected: expected, remedy: remedy)
        }
        // Non-blocking, because opening a pipe would otherwise wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            throw failure(
                code == ENOENT ? "no such file" : String(cString: strerror(code)),
                "a readable model file",
                code == ENOENT
                    ? FetchedFile.command(bringing: path).map { "Bring it with `\($0)`." }
                        ?? "Check the path."
                    : "Check the path and its permissions.")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw failure(
                String(cString: strerror(errno)), "a readable model file",
                "Check the path and its permissions.")
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            throw failure(
                kind == S_IFDIR ? "a directory" : "a device or pipe", "a file",
                "Name the file itself.")
        }
        guard let count = Int(exactly: status.st_size), count > 0 else {
            throw failure("an empty file", "a model file", "Fetch or copy the file again.")
        }
        let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw failure(
                "\(count) bytes that cannot be mapped: " + String(cString: strerror(errno)),
                "a file that fits the address space", "Free memory and try again.")
        }
        bytes = UnsafeRawBufferPointer(start: address, count: count)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }
}

import CGRPOZlib
import Foundation
import GRPOJSON

/// The bytes of a data file, mapped read-only and unmapped with the last reference.
///
/// The pages belong to the page cache, so a file larger than memory can be read. What gzip has
/// compressed is first unpacked into a temporary file without a name in TMPDIR or /tmp; where that is
/// a disk it costs no memory, where it is a tmpfs as much as the text has bytes. Shrinking a mapped file is a fault of the operating system's making that no check can
/// turn into an error; replace files by renaming.
final class DataBytes: @unchecked Sendable {
    // Sendable: the bytes are never written.
    let path: String
    let bytes: UnsafeRawBufferPointer

    /// Maps the file; a directory, a pipe or an empty file is an error.
    init(path: String) throws(DataError) {
        self.path = path
        let descriptor = try Self.descriptor(of: path)
        defer { close(descriptor) }
        let size = try Self.size(of: descriptor, path)
        var magic: [UInt8] = [0, 0, 0, 0]
        let count = pread(descriptor, &magic, 4, 0)
        if count == 4, magic == Array("PAR1".utf8) {
            throw DataError(
                file: path, found: "a Parquet file", expected: "JSON lines",
                remedy: "export it with to_json(orient=\"records\", lines=True)")
        }
        guard count >= 2, magic[0] == 0x1F, magic[1] == 0x8B else {
            bytes = try Self.map(descriptor, size, path)
            return
        }
        let unpacked = try Self.unpack(descriptor, size, path)
        defer { close(unpacked) }
        bytes = try Self.map(unpacked, Self.size(of: unpacked, path), path)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    private static func descriptor(of path: String) throws(DataError) -> Int32 {
        // Non-blocking, because opening a pipe would otherwise wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor < 0 else { return descriptor }
        let code = errno
        throw DataError(
            file: path, found: code == ENOENT ? "no such file" : systemText(code),
            expected: "a file of JSON lines",
            remedy: code == ENOENT
                ? FetchedFile.command(bringing: path).map { "bring it with \($0)" }
                    ?? "check the path"
                : "check the path and its permissions")
    }

    private static func size(of descriptor: Int32, _ path: String) throws(DataError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw DataError(
                file: path, found: systemText(errno), expected: "a readable file",
                remedy: "check the path and its permissions")
        }
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG else {
            throw DataError(
                file: path, found: kind == S_IFDIR ? "a directory" : "a device or pipe",
                expected: "a file of JSON lines", remedy: "name the file itself")
        }
        guard let size = Int(exactly: status.st_size), size > 0 else {
            throw DataError(
                file: path, found: "an empty file", expected: "a record on each line",
                remedy: "fetch or copy the file again")
        }
        return size
    }

    private static func map(
        _ descriptor: Int32, _ size: Int, _ path: String
    ) throws(DataError) -> UnsafeRawBufferPointer {
        let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw DataError(
                file: path, found: "\(size) bytes that cannot be mapped: \(systemText(errno))",
                expected: "a file that fits the address space", remedy: "split the file")
        }
        return UnsafeRawBufferPointer(start: address, count: size)
    }

    // MARK: - gzip

    /// Text compresses to a tenth; a file that swells beyond this is made to fill the disk.
    private static let mostSwelling = 200
    private static let harmless = 1 << 26

    /// The descriptor of an unnamed file with what `packed` bytes unpack to.
    private static func unpack(
        _ descriptor: Int32, _ packed: Int, _ path: String
    ) throws(DataError) -> Int32 {
        let name = NSTemporaryDirectory() + "/grpo-data-" + UUID().uuidString
        let output = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw disk(errno, path) }
        unlink(name)
        do throws(DataError) {
            try unpack(descriptor, packed, into: output, path)
        } catch {
            close(output)
            throw error
        }
        return output
    }

    private static func unpack(
        _ descriptor: Int32, _ packed: Int, into output: Int32, _ path: String
    ) throws(DataError) {
        let copy = dup(descriptor)
        guard copy >= 0, let file = grpo_gzip_open(copy) else {
            if copy >= 0 { close(copy) }
            throw DataError(
                file: path, found: "no memory to unpack it", expected: "a gzip file",
                remedy: "unpack it with gunzip")
        }
        defer { grpo_gzip_close(file) }
        var buffer = [UInt8](repeating: 0, count: 1 << 17)
        var total = 0
        while true {
            let count = grpo_gzip_read(file, &buffer, buffer.count)
            guard count != 0 else { return }
            guard count > 0 else {
                throw DataError(
                    file: path,
                    found: count == grpo_gzip_truncated
                        ? "the end of the file in the middle of compressed data"
                        : "damaged compressed data",
                    expected: "a whole gzip file", remedy: "fetch or copy the file again")
            }
            total += count
            guard total <= harmless || total / packed <= mostSwelling else {
                throw DataError(
                    file: path,
                    found: "\(packed) bytes that unpack to more than \(mostSwelling) times as many",
                    expected: "compressed text", remedy: "unpack it with gunzip if it is sound")
            }
            try append(buffer[..<count], to: output, path)
        }
    }

    private static func append(
        _ bytes: ArraySlice<UInt8>, to output: Int32, _ path: String
    ) throws(DataError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw disk(errno, path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func disk(_ code: Int32, _ path: String) -> DataError {
        DataError(
            file: path,
            found: "no place to unpack it in \(NSTemporaryDirectory()): "
                + systemText(code), expected: "a writable temporary directory",
            remedy: "free space, set TMPDIR, or unpack the file with gunzip")
    }

    private static func systemText(_ code: Int32) -> String { String(cString: strerror(code)) }
}

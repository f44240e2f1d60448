/// Reads a GGUF file from front to back; every read is checked against the end of the file.
///
/// GGUF is little-endian, and so is every processor this package runs on.
struct GGUFCursor {
    let path: String
    let bytes: UnsafeRawBufferPointer
    /// The next byte to read.
    private(set) var position = 0

    init(path: String, bytes: UnsafeRawBufferPointer) {
        self.path = path
        self.bytes = bytes
    }

    var remaining: Int { bytes.count - position }

    /// An error at byte `offset`.
    func error(
        at offset: Int, found: String, expected: String, remedy: String = damaged
    ) -> ModelFileError {
        ModelFileError(
            file: path, place: .byte(offset), found: found, expected: expected, remedy: remedy)
    }

    static let damaged = "The file is damaged or cut short; fetch or copy it again."

    /// The next value of a fixed-size type.
    mutating func next<T: BitwiseCopyable>(_ what: String, as _: T.Type) throws(ModelFileError)
        -> T
    {
        let size = MemoryLayout<T>.size
        guard size <= remaining else {
            throw error(
                at: position, found: "the end of the file after \(remaining) bytes",
                expected: "\(what) (\(size) bytes)")
        }
        defer { position += size }
        return bytes.loadUnaligned(fromByteOffset: position, as: T.self)
    }

    /// A count of things that each take at least `size` bytes of what remains.
    mutating func count(of what: String, size: Int, limit: Int) throws(ModelFileError) -> Int {
        let start = position
        let found = try next("the number of \(what)", as: UInt64.self)
        let most = min(limit, remaining / size)
        guard let count = Int(exactly: found), count <= most else {
            throw error(
                at: start, found: "\(found) \(what)",
                expected: "at most \(most) (the limit is \(limit), and \(remaining) bytes remain)")
        }
        return count
    }

    /// A string: its length in eight bytes, then that many bytes of UTF-8.
    mutating func string(_ what: String, limit: Int = .max) throws(ModelFileError) -> String {
        let start = position
        let length = try next("the length of \(what)", as: UInt64.self)
        guard length <= UInt64(min(limit, remaining)) else {
            throw error(
                at: start, found: "\(what) of \(length) bytes",
                expected: "at most \(min(limit, remaining))")
        }
        let range = position..<position + Int(length)
        position = range.upperBound
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw error(at: range.lowerBound, found: "bytes that are not UTF-8", expected: what)
        }
        return text
    }

    /// The bytes of so many strings that come next, their lengths not counted; they are not read.
    func sizeOfStrings(_ count: Int) throws(ModelFileError) -> Int {
        var ahead = self
        var size = 0
        for _ in 0..<count {
            let start = ahead.position
            let length = try ahead.next("the length of an element", as: UInt64.self)
            guard length <= UInt64(ahead.remaining) else {
                throw error(
                    at: start, found: "an element of \(length) bytes",
                    expected: "at most \(ahead.remaining)")
            }
            ahead.position += Int(length)
            size += Int(length)
        }
        return size
    }

    /// `count` values of a fixed-size type. The caller has checked that they are there.
    mutating func values<T: BitwiseCopyable>(_ count: Int, as _: T.Type) -> [T] {
        let size = count * MemoryLayout<T>.stride
        precondition(size <= remaining, "found \(remaining) bytes, expected \(size)")
        defer { position += size }
        return [T](unsafeUninitializedCapacity: count) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer)
                .copyMemory(from: .init(rebasing: bytes[position..<position + size]))
            initialized = count
        }
    }
}

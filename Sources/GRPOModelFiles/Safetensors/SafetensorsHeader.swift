import GRPOJSON

/// Reads the header of a safetensors file and checks it against the file.
///
/// Layout: the header's length in eight bytes, little-endian; the header, a JSON object
/// `{name: {"dtype", "shape", "data_offsets": [begin, end]}, ..., "__metadata__": {...}}`; then the
/// data, to which the offsets are relative. The tensors must cover the data exactly: no hole, no
/// overlap, nothing after the last (the format's own rule, which keeps a file from being two
/// formats at once).
struct SafetensorsHeader {
    static let maximumBytes = 100_000_000
    static let maximumTensors = 65_536
    static let maximumDimensions = 8
    /// Trainers write some hundred.
    static let maximumMetadata = 4096
    static let maximumNameLength = 4096

    private(set) var tensors: [SafetensorsTensor] = []
    private(set) var metadata: [String: String] = [:]

    private let path: String
    private let fileSize: Int
    /// The first byte of the data.
    private let dataStart: Int

    init(path: String, bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
        self.path = path
        fileSize = bytes.count
        func error(_ found: String, _ expected: String) -> ModelFileError {
            ModelFileError(
                file: path, place: .byte(0), found: found, expected: expected,
                remedy: Self.damaged)
        }
        guard bytes.count >= 8 else {
            throw error("a file of \(bytes.count) bytes", "the header's length in eight")
        }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        let most = min(Self.maximumBytes, bytes.count - 8)
        guard length >= 2, length <= most else {
            throw error(
                "a header of \(length) bytes",
                "from 2 to \(most) (the limit is \(Self.maximumBytes), and "
                    + "\(bytes.count - 8) bytes remain)")
        }
        dataStart = 8 + Int(length)
        let header = UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart])
        var entries: [Entry] = []
        do throws(JSONFault) {
            try read(header, into: &entries)
        } catch {
            throw ModelFileError(
                file: path, place: .byte(8 + error.offset), found: error.found,
                expected: error.expected, remedy: Self.damaged)
        }
        for entry in entries { tensors.append(try placed(entry)) }
        try checkCover()
    }

    static let damaged = "The file is damaged, or no safetensors file; fetch or copy it again."

    /// What the header says of a tensor, before it is checked against the file.
    private struct Entry {
        let name: String
        let type: SafetensorsType
        let shape: [Int]
        let begin: Int
        let end: Int
    }

    // MARK: - JSON

    private mutating func read(
        _ header: UnsafeRawBufferPointer, into entries: inout [Entry]
    ) throws(JSONFault) {
        // The reference implementation's rule: no space before the object.
        guard header.first == UInt8(ascii: "{") else {
            throw JSONFault(
                offset: 0, found: "the byte \(header.first ?? 0)",
                expected: "a JSON object from the first byte")
        }
        var names: Set<String> = []
        var metadata: [String: String] = [:]
        var scanner = JSONScanner(header)
        try scanner.object { (name, start, scanner) throws(JSONFault) in
            guard name.utf8.count <= Self.maximumNameLength else {
                throw JSONFault(
                    offset: start, found: "a name of \(name.utf8.count) bytes",
                    expected: "at most \(Self.maximumNameLength)")
            }
            guard names.insert(name).inserted else {
                throw JSONFault(
                    offset: start, found: "the key \(printable(name)) a second time",
                    expected: "each key once")
            }
            if name == "__metadata__" {
                metadata = try Self.metadata(&scanner)
                return
            }
            guard entries.count < Self.maximumTensors else {
                throw JSONFault(
                    offset: start, found: "more than \(Self.maximumTensors) tensors",
                    expected: "at most that many")
            }
            entries.append(try Self.entry(name, &scanner))
        }
        try scanner.end()
        self.metadata = metadata
    }

    private static func metadata(
        _ scanner: inout JSONScanner
    ) throws(JSONFault) -> [String: String] {
        var metadata: [String: String] = [:]
        try scanner.object { (key, start, scanner) throws(JSONFault) in
            guard metadata.count < maximumMetadata else {
                throw JSONFault(
                    offset: start, found: "more than \(maximumMetadata) keys of metadata",
                    expected: "at most that many")
            }
            guard try scanner.kind() == .string else {
                throw JSONFault(
                    offset: scanner.position, found: "\(try scanner.kind().rawValue)",
                    expected: "a string as the metadata \(printable(key))")
            }
            guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
                throw JSONFault(
                    offset: start, found: "the key \(printable(key)) a second time",
                    expected: "each key once")
            }
        }
        return metadata
    }

    private static func entry(
        _ name: String, _ scanner: inout JSONScanner
    ) throws(JSONFault) -> Entry {
        var type: SafetensorsType?
        var shape: [Int]?
        var offsets: [Int]?
        _ = try scanner.kind()
        let start = scanner.position
        try scanner.object { (key, start, scanner) throws(JSONFault) in
            let repeated: Bool
            switch key {
            case "dtype":
                repeated = type != nil
                type = try elementType(&scanner)
            case "shape":
                repeated = shape != nil
                shape = try counts(&scanner, most: maximumDimensions, "dimensions")
            case "data_offsets":
                repeated = offsets != nil
                offsets = try counts(&scanner, most: 2, "offsets")
            default:
                throw JSONFault(
                    offset: start, found: "the key \(printable(key))",
                    expected: "only dtype, shape and data_offsets")
            }
            if repeated {
                throw JSONFault(
                    offset: start, found: "the key \(printable(key)) a second time",
                    expected: "each key once")
            }
        }
        guard let type, let shape, let offsets, offsets.count == 2 else {
            throw JSONFault(
                offset: start, found: "the tensor \(printable(name)) without all of it",
                expected: "dtype, shape and data_offsets [begin, end]")
        }
        return Entry(name: name, type: type, shape: shape, begin: offsets[0], end: offsets[1])
    }

    private static func elementType(
        _ scanner: inout JSONScanner
    ) throws(JSONFault) -> SafetensorsType {
        _ = try scanner.kind()
        let start = scanner.position
        let name = try scanner.string(limit: 64)
        guard let type = SafetensorsType(rawValue: name) else {
            throw JSONFault(
                offset: start, found: "the element type \(printable(name))",
                expected: "a type of known size; values can be read from "
                    + SafetensorsType.readable)
        }
        return type
    }

    private static func counts(
        _ scanner: inout JSONScanner, most: Int, _ what: String
    ) throws(JSONFault) -> [Int] {
        _ = try scanner.kind()
        let start = scanner.position
        var counts: [Int] = []
        try scanner.array { (scanner) throws(JSONFault) in
            guard counts.count < most else {
                throw JSONFault(
                    offset: start, found: "more than \(most) \(what)", expected: "at most \(most)")
            }
            counts.append(try scanner.count())
        }
        return counts
    }

    // MARK: - Places

    private func placed(_ entry: Entry) throws(ModelFileError) -> SafetensorsTensor {
        var size = entry.type.byteCount
        var overflows = false
        // A dimension of zero makes the product zero, but must not hide that the others overflow
        // for whoever multiplies in another order.
        for dimension in entry.shape where dimension != 0 {
            let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
            overflows = overflows || overflow
            size = product
        }
        guard !overflows else {
            throw error(entry.name, "shape \(entry.shape)", "a size below 2^63 bytes")
        }
        if entry.shape.contains(0) { size = 0 }
        let available = fileSize - dataStart
        guard entry.begin <= entry.end, entry.end <= available else {
            throw error(
                entry.name, "data from \(entry.begin) to \(entry.end)",
                "an end from the beginning on, within the \(available) bytes of data in the file")
        }
        guard entry.end - entry.begin == size else {
            throw error(
                entry.name, "\(entry.end - entry.begin) bytes of data",
                "\(size), for \(entry.type.rawValue) of shape \(entry.shape)")
        }
        return SafetensorsTensor(
            name: entry.name, type: entry.type, shape: entry.shape,
            byteOffset: dataStart + entry.begin, byteCount: size)
    }

    /// Every byte of the data belongs to exactly one tensor.
    private func checkCover() throws(ModelFileError) {
        var end = dataStart
        let sorted = tensors.sorted {
            ($0.byteOffset, $0.byteCount) < ($1.byteOffset, $1.byteCount)
        }
        for tensor in sorted {
            guard tensor.byteOffset == end else {
                throw error(
                    tensor.name, "data from byte \(tensor.byteOffset) of the file",
                    "it from byte \(end): tensors follow each other without hole or overlap")
            }
            end += tensor.byteCount
        }
        guard end == fileSize else {
            throw ModelFileError(
                file: path, place: .byte(end), found: "\(fileSize - end) bytes of no tensor",
                expected: "the end of the file", remedy: Self.damaged)
        }
    }

    private func error(_ tensor: String, _ found: String, _ expected: String) -> ModelFileError {
        ModelFileError(
            file: path, place: .tensor(tensor), found: found, expected: expected,
            remedy: Self.damaged)
    }
}

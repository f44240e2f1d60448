import GRPOJSON

/// Small JSON files that lie beside a model.
enum JSONFile {
    /// The values of such a file. A tree takes up to thirty times as much memory as its text, and a
    /// file that is made to be large would take much.
    static let mostValues = 4096

    /// Reads an object; a file larger than `limit` bytes is refused before it is read, and one of
    /// more values than there may be when so many are read.
    ///
    /// - Parameter keys: the members that are read, the others being passed over; nil for all.
    static func read(
        _ path: String, limit: Int = 1 << 23, keys: Set<String>? = nil
    ) throws(ModelFileError) -> JSONValue {
        let file = try MappedFile(path: path)
        guard file.bytes.count <= limit else {
            throw ModelFileError(
                file: path, place: .file, found: "\(file.bytes.count) bytes",
                expected: "at most \(limit)", remedy: remedy)
        }
        do throws(JSONFault) {
            let tree = try object(in: file.bytes, keys)
            return withExtendedLifetime(file) { tree }
        } catch {
            throw Self.error(error, path)
        }
    }

    /// What is wrong with the text of a file.
    static func error(_ fault: JSONFault, _ path: String) -> ModelFileError {
        ModelFileError(
            file: path, place: .byte(fault.offset), found: fault.found, expected: fault.expected,
            remedy: remedy)
    }

    private static func object(
        in bytes: UnsafeRawBufferPointer, _ keys: Set<String>?
    ) throws(JSONFault) -> JSONValue {
        var scanner = JSONScanner(bytes)
        let kind = try scanner.kind()
        guard kind == .object else {
            try scanner.skip()
            try scanner.end()
            throw JSONFault(offset: 0, found: kind.rawValue, expected: "an object")
        }
        guard let keys else { return try JSONValue(reading: bytes, most: mostValues) }
        var members: [JSONValue.Member] = []
        try scanner.object { (key, start, scanner) throws(JSONFault) in
            guard keys.contains(key) else { return try scanner.skip() }
            guard !members.contains(where: { $0.key == key }) else {
                throw JSONFault(
                    offset: start, found: "the key \(printable(key)) a second time",
                    expected: "each key once")
            }
            let value = try JSONValue(&scanner, most: mostValues)
            members.append(JSONValue.Member(key: key, value: value))
        }
        try scanner.end()
        return .object(members)
    }

    private static let remedy = "The file is damaged or no JSON; fetch or copy it again."
}

import GRPOJSON

/// The index of a model in several safetensors files: `{"weight_map": {tensor: file}}`.
///
/// It is read from front to back, without a tree; of the names of files each is kept once.
struct SafetensorsIndex {
    /// The file in which each tensor lies.
    private(set) var fileNames: [String: String] = [:]

    static let maximumBytes = 1 << 24

    /// Reads the index; a name that is no plain name of a file beside it is an error.
    init(path: String) throws(ModelFileError) {
        let file = try MappedFile(path: path)
        guard file.bytes.count <= Self.maximumBytes else {
            throw ModelFileError(
                file: path, place: .file, found: "\(file.bytes.count) bytes",
                expected: "at most \(Self.maximumBytes)", remedy: SafetensorsHeader.damaged)
        }
        defer { withExtendedLifetime(file) {} }
        var map: Result<[String: String], ModelFileError>?
        do throws(JSONFault) {
            var scanner = JSONScanner(file.bytes)
            try scanner.object { (key, start, scanner) throws(JSONFault) in
                guard key == "weight_map" else { return try scanner.skip() }
                guard map == nil else { throw Self.twice(key, start) }
                map = try Self.map(&scanner, path)
            }
            try scanner.end()
        } catch {
            throw JSONFile.error(error, path)
        }
        guard let map else {
            throw Self.error(
                path, found: "no such key", expected: "an object of tensors and their files",
                remedy: SafetensorsHeader.damaged)
        }
        fileNames = try map.get()
    }

    /// What the map says, or what is wrong with it; only what is no JSON is thrown.
    private static func map(
        _ scanner: inout JSONScanner, _ path: String
    ) throws(JSONFault) -> Result<[String: String], ModelFileError> {
        let kind = try scanner.kind()
        guard kind == .object else {
            try scanner.skip()
            return .failure(
                error(
                    path, found: kind.rawValue,
                    expected: "an object of tensors and the files they lie in",
                    remedy: SafetensorsHeader.damaged))
        }
        var names: [String: String] = [:]
        var files: Set<String> = []
        var wrong: ModelFileError?
        try scanner.object { (tensor, start, scanner) throws(JSONFault) in
            guard names.count < SafetensorsHeader.maximumTensors else {
                throw JSONFault(
                    offset: start, found: "more than \(SafetensorsHeader.maximumTensors) tensors",
                    expected: "at most that many")
            }
            let value = try JSONValue(&scanner, most: 64)
            guard let name = value.string, isPlain(name) else {
                wrong =
                    wrong
                    ?? error(
                        path,
                        found: value.summary + " for the tensor \(printable(tensor))",
                        expected: "the name of a .safetensors file in the same directory",
                        remedy: "The index would lead out of its directory, or is damaged; do not "
                            + "use it.")
                return
            }
            let known = files.insert(name).memberAfterInsert
            guard names.updateValue(known, forKey: tensor) == nil else {
                throw twice(tensor, start)
            }
        }
        return wrong.map { .failure($0) } ?? .success(names)
    }

    /// Whether a name leads nowhere out of the directory. Bytes are compared, since a combining mark
    /// makes one Character of a slash and itself, and the system sees the slash.
    private static func isPlain(_ name: String) -> Bool {
        name.utf8.suffix(12).elementsEqual(suffix)
            && !name.utf8.contains(where: separators.contains)
            && name.utf8.first != UInt8(ascii: ".")
    }

    private static let suffix = Array(".safetensors".utf8)
    private static let separators = Array("/\\\0".utf8)

    private static func twice(_ key: String, _ start: Int) -> JSONFault {
        JSONFault(
            offset: start, found: "the key \(printable(key)) a second time",
            expected: "each key once")
    }

    private static func error(
        _ path: String, found: String, expected: String, remedy: String
    ) -> ModelFileError {
        ModelFileError(
            file: path, place: .key("weight_map"), found: found, expected: expected,
            remedy: remedy)
    }
}

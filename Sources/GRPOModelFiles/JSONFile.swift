import GRPOJSON

/// Small JSON files that lie beside a model.
enum JSONFile {
    /// Reads an object; a file larger than `limit` bytes is refused before it is read.
    static func read(_ path: String, limit: Int = 1 << 23) throws(ModelFileError) -> JSONValue {
        let file = try MappedFile(path: path)
        guard file.bytes.count <= limit else {
            throw ModelFileError(
                file: path, place: .file, found: "\(file.bytes.count) bytes",
                expected: "at most \(limit)", remedy: remedy)
        }
        let tree: JSONValue
        do throws(JSONFault) {
            tree = try JSONValue(reading: file.bytes)
        } catch {
            throw ModelFileError(
                file: path, place: .byte(error.offset), found: error.found,
                expected: error.expected, remedy: remedy)
        }
        guard tree.members != nil else {
            throw ModelFileError(
                file: path, place: .byte(0), found: tree.summary, expected: "an object",
                remedy: remedy)
        }
        return withExtendedLifetime(file) { tree }
    }

    private static let remedy = "The file is damaged or no JSON; fetch or copy it again."
}

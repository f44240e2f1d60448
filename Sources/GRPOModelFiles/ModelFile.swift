import Foundation
import GRPOJSON

/// What a path given as a model turns out to be, by its content; its name counts only where the
/// content is that of nothing, for what is then said of it.
package enum ModelFile: Sendable {
    /// A model this module reads.
    case model(any ModelSource)
    /// An HDF5 file: a checkpoint, for its own reader.
    case checkpoint(path: String)
    /// A directory with a recipe: a run, which names its checkpoints itself.
    case run(path: String)
    /// A safetensors file by itself: tensors to look at, and no model.
    case weights(SafetensorsFile)

    /// Opens what lies at `path`.
    ///
    /// - Throws: `ModelFileError` where there is nothing, or nothing that serves as a model.
    package static func open(_ path: String) throws(ModelFileError) -> ModelFile {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
            isDirectory.boolValue
        {
            return try directory(path)
        }
        // The mapping goes away with the file, so the bytes are copied while it is there.
        let file = try MappedFile(path: path)
        let head = withExtendedLifetime(file) { Array(file.bytes.prefix(64)) }
        if head.starts(with: ggufMagic) { return .model(try GGUFModel(path: path)) }
        if head.starts(with: hdf5Magic) { return .checkpoint(path: path) }
        let isNamed = path.utf8.suffix(12).elementsEqual(".safetensors".utf8)
        if isSafetensors(head, byteCount: file.bytes.count) || isNamed && !isStandIn(head) {
            return .weights(try SafetensorsFile(path: path))
        }
        throw ModelFileError(
            file: path, place: .file, found: beginning(of: head),
            expected: expected + ", or a .safetensors file to inspect",
            remedy: isStandIn(head)
                ? "It stands for a large file that git did not fetch: run `git lfs pull` there."
                : remedy)
    }

    /// safetensors has no magic: the length of a header in eight bytes, which fits the file, and a
    /// header that begins an object.
    private static func isSafetensors(_ head: [UInt8], byteCount: Int) -> Bool {
        guard head.count > 8, head[8] == UInt8(ascii: "{") else { return false }
        let length = head[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return length <= UInt64(byteCount - 8)
    }

    private static func isStandIn(_ head: [UInt8]) -> Bool {
        head.starts(with: Array("version https://git-lfs".utf8))
    }

    private static let ggufMagic = Array("GGUF".utf8)
    private static let hdf5Magic: [UInt8] = [0x89] + Array("HDF\r\n\u{1A}\n".utf8)
    static let expected =
        "a .gguf file, a Hugging Face directory, a checkpoint (.h5) or a run directory"
    private static let remedy = "Check the path."

    private static func directory(_ path: String) throws(ModelFileError) -> ModelFile {
        func contains(_ name: String) -> Bool {
            FileManager.default.fileExists(atPath: path + "/" + name)
        }
        if contains("recipe.yaml") { return .run(path: path) }
        if contains("config.json") || contains(HuggingFaceTokenizer.vocabularyFile) {
            return .model(try HuggingFaceModel(path: path))
        }
        throw ModelFileError(
            file: path, place: .file,
            found: "a directory without recipe.yaml, config.json or tokenizer.json",
            expected: expected, remedy: remedy)
    }

    /// The first bytes for a message, as text where they are text.
    private static func beginning(of bytes: [UInt8]) -> String {
        let head = bytes.prefix(16)
        if head.allSatisfy({ (0x20..<0x7F).contains($0) || $0 == 0x0A }) {
            return "text that begins " + printable(String(decoding: head, as: UTF8.self))
        }
        let hex = head.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "bytes that begin " + hex.joined(separator: " ")
    }
}

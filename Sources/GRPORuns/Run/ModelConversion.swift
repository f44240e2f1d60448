import Foundation
import GRPOModels
package import GRPOModelFiles
import GRPORollouts
package import GRPOTensors
import GRPOTokenizers

/// Writes what `--model` can name, checkpoints of a run too, as files that other programs load.
package struct ModelConversion {
    package enum Format: String, CaseIterable, Sendable {
        /// A directory as transformers writes it.
        case huggingFace = "hf"
        /// A file for llama.cpp.
        case gguf
    }

    package let format: Format
    package let encoding: TensorEncoding

    package init(to format: Format, encoding: TensorEncoding = .float32) {
        self.format = format
        self.encoding = encoding
    }

    /// Reads the model and writes it to `path`, which must not be there, or be empty.
    ///
    /// - Returns: the number of parameters.
    /// - Throws: what `PolicyFile.load` throws, or `ModelFileError`.
    package func run(_ name: String, to path: String, backend: any Backend) throws -> Int {
        try checkFree(path)
        try checkEncoding(path)
        let policy = try PolicyFile.load(name, backend: backend)
        // In place: a copy would be a second model beside the first.
        let decoder = policy.decoder.mergedInPlace()
        let tokenizer = policy.tokenizer.description
        switch format {
        case .huggingFace:
            try HuggingFaceWriter(encoding: encoding).write(
                decoder, tokenizer: tokenizer, vocabulary: try vocabulary(name), to: path)
        case .gguf:
            try GGUFWriter(encoding: encoding).write(
                decoder, tokenizer: tokenizer, to: path)
        }
        return decoder.store.count
    }

    /// The bytes of the source's own `tokenizer.json`, where it has one: they say more than a
    /// description made from them.
    private func vocabulary(_ name: String) throws -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: name),
            case .model(let source) = try PolicyFile.open(name)
        else { return nil }
        return try (source as? HuggingFaceModel)?.vocabulary()
    }

    /// Said before a model of gigabytes is read.
    private func checkFree(_ path: String) throws(ModelFileError) {
        let manager = FileManager.default
        var isDirectory: ObjCBool = false
        guard manager.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
        let expected = format == .huggingFace ? "a new or empty directory" : "a new or empty file"
        let found: String
        if isDirectory.boolValue {
            let names = (try? manager.contentsOfDirectory(atPath: path)) ?? []
            if names.isEmpty, format == .huggingFace { return }
            found = "a directory with \(names.count) files"
        } else {
            let size = (try? manager.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
            if size == 0, format == .gguf { return }
            found = "a file of \(size) bytes"
        }
        throw ModelFileError(
            file: path, place: .file, found: found, expected: expected,
            remedy: "Nothing is overwritten; name another place.")
    }

    private func checkEncoding(_ path: String) throws(ModelFileError) {
        guard format == .huggingFace, encoding == .q8x0 else { return }
        throw ModelFileError(
            file: path, place: .file, found: "the element type \(encoding.rawValue)",
            expected: "float32, float16 or bfloat16",
            remedy: "Blocks have no place in a Hugging Face directory; use --to gguf.")
    }
}

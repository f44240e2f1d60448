import GRPOJSON
import GRPOModels
import GRPOTokenizers

/// A language model in a GGUF file.
///
/// A file of a vocabulary alone serves `tokenizerDescription()`.
package struct GGUFModel: ModelSource {
    package let file: GGUFFile

    package init(_ file: GGUFFile) {
        self.file = file
    }

    /// Opens the file and checks its header; what the metadata says is checked when it is used.
    package init(path: String) throws(ModelFileError) {
        self.init(try GGUFFile(path: path))
    }

    package var path: String { file.path }

    /// Whether the file has a vocabulary and no weights.
    package var isVocabularyOnly: Bool { file.tensors.isEmpty }

    package func summary() -> ModelSummary {
        var architecture: String?
        if case .string(let name) = file.metadata["general.architecture"] {
            architecture = visible(name)
        }
        return ModelSummary(
            file: path, format: "GGUF version \(file.version)", architecture: architecture,
            byteCount: file.byteCount,
            parameterCount: file.tensors.reduce(0) { $0 + $1.count },
            tensors: file.tensors.map { tensor in
                ModelSummary.Tensor(
                    name: visible(tensor.name), type: tensor.type.description, shape: tensor.shape,
                    byteCount: tensor.byteCount)
            },
            metadata: file.metadata.sorted { $0.key < $1.key }.map { key, value in
                ModelSummary.Entry(key: visible(key), value: value.line)
            })
    }

    /// An error at a key of the metadata.
    func error(
        _ key: String, found: String, expected: String, remedy: String
    ) -> ModelFileError {
        ModelFileError(
            file: path, place: .key(key), found: found, expected: expected, remedy: remedy)
    }

    /// The family that its architecture names, if it is one of those served.
    func family() throws(ModelFileError) -> DecoderFamily {
        let key = "general.architecture"
        let name = try file.string(key)
        guard let family = DecoderFamily.named(name) else {
            throw error(
                key, found: "the architecture \(printable(name))",
                expected: "one of \(DecoderFamily.names)",
                remedy: "Models of this architecture cannot be computed here; use another model.")
        }
        return family
    }
}

extension GGUFValue {
    /// The value on one line: text quoted and shortened, of an array its length and beginning.
    fileprivate var line: String {
        switch self {
        case .string(let text): printable(text)
        case .bool(let value): "\(value)"
        case .float32(let value): "\(value)"
        case .float64(let value): "\(value)"
        case .uint64(let value): "\(value)"
        case .int64(let value): "\(value)"
        case .uint8, .int8, .uint16, .int16, .uint32, .int32: "\(integer ?? 0)"
        case .array(let array): "\(array.count) values: \(array.beginning)"
        }
    }
}

extension GGUFArray {
    /// The first few elements.
    fileprivate var beginning: String {
        func join<Values: Collection>(
            _ values: Values, _ text: (Values.Element) -> String
        ) -> String {
            values.prefix(4).map(text).joined(separator: ", ") + (values.count > 4 ? ", ..." : "")
        }
        return switch self {
        case .uint8(let values): join(values) { "\($0)" }
        case .int8(let values): join(values) { "\($0)" }
        case .uint16(let values): join(values) { "\($0)" }
        case .int16(let values): join(values) { "\($0)" }
        case .uint32(let values): join(values) { "\($0)" }
        case .int32(let values): join(values) { "\($0)" }
        case .uint64(let values): join(values) { "\($0)" }
        case .int64(let values): join(values) { "\($0)" }
        case .float32(let values): join(values) { "\($0)" }
        case .float64(let values): join(values) { "\($0)" }
        case .bool(let values): join(values) { "\($0)" }
        case .string(let values): join(values) { printable($0) }
        }
    }
}

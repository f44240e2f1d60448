import GRPOJSON

/// A safetensors file, opened: its tensors and their values as float32.
///
/// The file is memory-mapped; opening reads the header only. Everything in it is checked before it
/// is used, so a damaged or hostile file ends in a `ModelFileError`.
package struct SafetensorsFile: Sendable {
    /// The path as given.
    package let path: String
    /// The tensors in the order of the header.
    package let tensors: [SafetensorsTensor]
    /// The header's `__metadata__`.
    package let metadata: [String: String]

    private let file: MappedFile
    private let indices: [String: Int]

    /// Opens the file and checks all of its header.
    package init(path: String) throws(ModelFileError) {
        let file = try MappedFile(path: path)
        let header = try SafetensorsHeader(path: path, bytes: file.bytes)
        self.path = path
        self.file = file
        tensors = header.tensors
        metadata = header.metadata
        indices = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    }

    /// The size of the file.
    package var byteCount: Int { file.bytes.count }

    /// The tensor of this name, if there is one.
    package func find(_ name: String) -> SafetensorsTensor? {
        indices[name].map { tensors[$0] }
    }

    /// The bytes of a tensor of this file, valid during `body`.
    package func withBytes<Result>(
        of tensor: SafetensorsTensor, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let end = tensor.byteOffset + tensor.byteCount
        return withExtendedLifetime(file) {
            body(UnsafeRawBufferPointer(rebasing: file.bytes[tensor.byteOffset..<end]))
        }
    }

    /// Writes the values of a tensor, as float32, to `destination`, whose count must be the
    /// tensor's.
    package func read(
        _ tensor: SafetensorsTensor, into destination: UnsafeMutableBufferPointer<Float>
    ) throws(ModelFileError) {
        guard let blocks = tensor.type.blocks else { throw unreadable(tensor) }
        guard destination.count == tensor.count else {
            throw ModelFileError(
                file: path, place: .tensor(tensor.name),
                found: "\(tensor.count) values, shape \(tensor.shape)",
                expected: "\(destination.count) values",
                remedy: "The file does not fit the model its configuration describes.")
        }
        withBytes(of: tensor) { blocks.dequantize($0, into: destination) }
    }

    /// What the file holds, for people.
    package func summary() -> ModelSummary {
        ModelSummary(
            file: path, format: "safetensors", architecture: nil, byteCount: byteCount,
            parameterCount: tensors.reduce(0) { $0 + $1.count }, tensors: tensors.map(\.summary),
            metadata: metadata.sorted { $0.key < $1.key }.map {
                ModelSummary.Entry(key: visible($0.key), value: printable($0.value))
            })
    }

    /// The error of whoever needs a model and is given this file alone.
    package var noModel: ModelFileError {
        ModelFileError(
            file: path, place: .file, found: "weights without their configuration",
            expected: ModelFile.expected,
            remedy: "Name the directory it lies in, with config.json and tokenizer.json.")
    }

    /// The error of a tensor whose type has no `blocks`.
    func unreadable(_ tensor: SafetensorsTensor) -> ModelFileError {
        ModelFileError(
            file: path, place: .tensor(tensor.name),
            found: "element type \(tensor.type.rawValue)",
            expected: "one of \(SafetensorsType.readable)",
            remedy: "Save the model in one of these types, in PyTorch with "
                + "`model.to(torch.float32)` or `model.to(torch.bfloat16)` first.")
    }
}

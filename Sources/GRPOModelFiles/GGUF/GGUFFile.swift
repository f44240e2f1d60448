/// A GGUF model file, opened: its metadata, its tensors, and their values as float32.
///
/// The file is memory-mapped; opening reads the header and the metadata only. Versions 2 and 3,
/// little-endian. Everything in the file is checked before it is used, so a damaged or hostile
/// file ends in a `ModelFileError`.
package struct GGUFFile: Sendable {
    /// The path as given.
    package let path: String
    /// The format version, 2 or 3.
    package let version: Int
    /// The alignment of the tensor data, in bytes.
    package let alignment: Int
    /// The metadata by key.
    package let metadata: [String: GGUFValue]
    /// The tensors in the file's order.
    package let tensors: [GGUFTensor]

    private let file: MappedFile
    private let indices: [String: Int]

    /// Opens the file and checks all of its header.
    package init(path: String) throws(ModelFileError) {
        let file = try MappedFile(path: path)
        let parser = try GGUFParser(path: path, bytes: file.bytes)
        self.path = path
        self.file = file
        version = parser.version
        alignment = parser.alignment
        metadata = parser.metadata
        tensors = parser.tensors
        indices = Dictionary(
            uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    }

    /// The size of the file.
    package var byteCount: Int { file.bytes.count }

    /// Whether there is a tensor of this name.
    package func contains(_ name: String) -> Bool {
        indices[name] != nil
    }

    /// The tensor of this name; a missing one is an error.
    package func tensor(named name: String) throws(ModelFileError) -> GGUFTensor {
        guard let index = indices[name] else {
            throw ModelFileError(
                file: path, place: .tensor(name), found: "no such tensor",
                expected: "it among the file's \(tensors.count) tensors",
                remedy: "`grpo inspect` lists them; the file may be of another architecture, "
                    + "one shard of several, or a vocabulary alone.")
        }
        return tensors[index]
    }

    /// The values of a tensor, dequantised to float32, in the file's order: row-major
    /// `tensor(named:).shape`.
    package func floats(of name: String) throws(ModelFileError) -> [Float] {
        let (tensor, blocks) = try readable(name)
        return [Float](unsafeUninitializedCapacity: tensor.count) { buffer, initialized in
            dequantize(tensor, blocks, into: buffer)
            initialized = tensor.count
        }
    }

    /// Writes the values of a tensor, dequantised to float32, to `destination`, whose count must be
    /// the tensor's.
    package func read(_ name: String, into destination: UnsafeMutableBufferPointer<Float>)
        throws(ModelFileError)
    {
        let (tensor, blocks) = try readable(name)
        guard destination.count == tensor.count else {
            throw ModelFileError(
                file: path, place: .tensor(name),
                found: "\(tensor.count) values, shape \(tensor.shape)",
                expected: "\(destination.count) values",
                remedy: "The file does not fit the model its metadata describes.")
        }
        dequantize(tensor, blocks, into: destination)
    }

    /// The bytes of a tensor as they are in the file, valid during `body`.
    package func withBytes<Result>(
        of name: String, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(ModelFileError) -> Result {
        let tensor = try tensor(named: name)
        return withExtendedLifetime(file) { body(bytes(of: tensor)) }
    }

    private func readable(_ name: String) throws(ModelFileError)
        -> (GGUFTensor, any GGUFBlocks.Type)
    {
        let tensor = try tensor(named: name)
        guard let blocks = tensor.type.blocks else { throw unreadable(tensor) }
        return (tensor, blocks)
    }

    /// The error of a tensor whose type has no `blocks`.
    func unreadable(_ tensor: GGUFTensor) -> ModelFileError {
        ModelFileError(
            file: path, place: .tensor(tensor.name),
            found: "tensor type \(tensor.type.rawValue) (\(tensor.type))",
            expected: "one of \(GGUFTensorType.readable)",
            remedy: "Convert the model to one of these types, for example with "
                + "`llama-quantize --allow-requantize IN.gguf OUT.gguf Q8_0`.")
    }

    private func bytes(of tensor: GGUFTensor) -> UnsafeRawBufferPointer {
        let end = tensor.byteOffset + tensor.byteCount
        return UnsafeRawBufferPointer(rebasing: file.bytes[tensor.byteOffset..<end])
    }

    private func dequantize(
        _ tensor: GGUFTensor, _ blocks: any GGUFBlocks.Type,
        into destination: UnsafeMutableBufferPointer<Float>
    ) {
        withExtendedLifetime(file) {
            blocks.dequantize(bytes(of: tensor), into: destination)
        }
    }
}

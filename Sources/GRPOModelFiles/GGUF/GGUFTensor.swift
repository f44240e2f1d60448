/// The description of one tensor of a GGUF file, checked against the file's size.
package struct GGUFTensor: Equatable, Sendable {
    /// The name in the file, such as `blk.0.attn_q.weight`.
    package let name: String
    /// The dimensions in the file's order: the fastest-varying first, so a weight is
    /// `[inputs, outputs]`.
    package let dimensions: [Int]
    /// The element type.
    package let type: GGUFTensorType
    /// The first byte, from the start of the file.
    package let byteOffset: Int
    /// The number of bytes.
    package let byteCount: Int

    /// The number of elements.
    package var count: Int { dimensions.reduce(1, *) }

    /// The row-major shape, slowest-varying dimension first: a weight is `[outputs, inputs]`.
    package var shape: [Int] { dimensions.reversed() }
}

/// The description of one tensor of a safetensors file, checked against the file's size.
package struct SafetensorsTensor: Equatable, Sendable {
    /// The name in the file, such as `model.layers.0.self_attn.q_proj.weight`.
    package let name: String
    /// The element type.
    package let type: SafetensorsType
    /// Row-major, slowest-varying dimension first.
    package let shape: [Int]
    /// The first byte, from the start of the file.
    package let byteOffset: Int
    /// The number of bytes.
    package let byteCount: Int

    /// The number of elements.
    package var count: Int { shape.reduce(1, *) }
}

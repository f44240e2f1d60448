/// A tensor type whose values can be read: how one block of bytes becomes float32 values.
///
/// The arithmetic is ggml's (`ggml-quants.c`, `dequantize_row_*`), operation for operation, so the
/// values are equal bit for bit.
protocol GGUFBlocks {
    /// Values in a block.
    static var elements: Int { get }
    /// Bytes of a block.
    static var bytes: Int { get }
    /// Writes the values of the block at `source`, which need not be aligned, to `destination`.
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>)
}

extension GGUFBlocks {
    /// Dequantises whole blocks; `source` and `destination` must have the sizes of the same number
    /// of blocks.
    static func dequantize(
        _ source: UnsafeRawBufferPointer, into destination: UnsafeMutableBufferPointer<Float>
    ) {
        let blocks = source.count / bytes
        precondition(
            source.count == blocks * bytes && destination.count == blocks * elements,
            "found \(source.count) bytes for \(destination.count) values, "
                + "expected blocks of \(bytes) bytes and \(elements) values")
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        for block in 0..<blocks {
            dequantize(from + block * bytes, into: to + block * elements)
        }
    }
}

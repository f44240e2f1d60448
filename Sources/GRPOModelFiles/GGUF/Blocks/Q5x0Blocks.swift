/// Q5_0: 32 values of five bits, `scale * (q - 16)`.
///
/// A block is the scale as a half, four bytes of fifth bits (value j's is bit j), then 16 bytes:
/// byte j holds the low four bits of value j and, above them, those of value j + 16.
enum Q5x0Blocks: GGUFBlocks {
    static let elements = 32
    static let bytes = 22

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        let scale = F16Blocks.float(half: source.loadUnaligned(as: UInt16.self))
        let high = source.loadUnaligned(fromByteOffset: 2, as: UInt32.self)
        for index in 0..<16 {
            let pair = UInt32(source.load(fromByteOffset: 6 + index, as: UInt8.self))
            let first = (pair & 15) | ((high >> UInt32(index)) & 1) << 4
            let second = (pair >> 4) | ((high >> UInt32(index + 16)) & 1) << 4
            destination[index] = scale * Float(Int32(first) - 16)
            destination[index + 16] = scale * Float(Int32(second) - 16)
        }
    }
}

/// Q4_0: 32 values of four bits, `scale * (q - 8)`.
///
/// A block is the scale as a half, then 16 bytes: byte j holds q of value j in its low four bits
/// and of value j + 16 in its high ones.
enum Q4x0Blocks: GGUFBlocks {
    static let elements = 32
    static let bytes = 18

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        let scale = F16Blocks.float(half: source.loadUnaligned(as: UInt16.self))
        for index in 0..<16 {
            let pair = source.load(fromByteOffset: 2 + index, as: UInt8.self)
            destination[index] = scale * Float(Int32(pair & 15) - 8)
            destination[index + 16] = scale * Float(Int32(pair >> 4) - 8)
        }
    }
}

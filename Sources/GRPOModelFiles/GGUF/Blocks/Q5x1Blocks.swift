/// Q5_1: 32 values of five bits, `scale * q + minimum`.
///
/// A block is the scale and the minimum as halves, four bytes of fifth bits (value j's is bit j),
/// then 16 bytes: byte j holds the low four bits of value j and, above them, those of value
/// j + 16.
enum Q5x1Blocks: GGUFBlocks {
    static let elements = 32
    static let bytes = 24

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        let (scale, minimum) = F16Blocks.pair(source)
        let high = source.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
        for index in 0..<16 {
            let pair = UInt32(source.load(fromByteOffset: 8 + index, as: UInt8.self))
            let first = (pair & 15) | ((high >> UInt32(index)) & 1) << 4
            let second = (pair >> 4) | ((high >> UInt32(index + 16)) & 1) << 4
            destination[index] = scale * Float(first) + minimum
            destination[index + 16] = scale * Float(second) + minimum
        }
    }
}

/// Q4_1: 32 values of four bits, `scale * q + minimum`.
///
/// A block is the scale and the minimum as halves, then 16 bytes: byte j holds q of value j in its
/// low four bits and of value j + 16 in its high ones.
enum Q4x1Blocks: GGUFBlocks {
    static let elements = 32
    static let bytes = 20

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        let (scale, minimum) = F16Blocks.pair(source)
        for index in 0..<16 {
            let pair = source.load(fromByteOffset: 4 + index, as: UInt8.self)
            destination[index] = Float(pair & 15) * scale + minimum
            destination[index + 16] = Float(pair >> 4) * scale + minimum
        }
    }
}

/// Q6_K: 256 values of six bits, `(scale * s) * (q - 32)` with a signed byte s for each 16 values.
///
/// A block is 128 bytes of low bits, 64 of high bits, 16 signed bytes s, then the scale as a half.
/// Each half of a block takes 64 of the first and 32 of the second: value j of its four times 32
/// has its low four bits in byte j (quarters 0 and 2) or j + 32 (1 and 3), the lower nibble first,
/// and its high two in byte j at twice the quarter.
enum Q6KBlocks: GGUFBlocks {
    static let elements = 256
    static let bytes = 210

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        let scale = F16Blocks.float(
            half: source.loadUnaligned(fromByteOffset: 208, as: UInt16.self))
        for group in 0..<8 {
            let (half, quarter) = (group / 4, group % 4)
            let low = source + 64 * half + 32 * (quarter % 2)
            let high = source + 128 + 32 * half
            let lowShift = UInt8(4 * (quarter / 2))
            let highShift = UInt8(2 * quarter)
            for part in 0..<2 {
                let factor = source.load(fromByteOffset: 192 + 2 * group + part, as: Int8.self)
                let step = scale * Float(factor)
                for index in 16 * part..<16 * (part + 1) {
                    let bits = (low.load(fromByteOffset: index, as: UInt8.self) >> lowShift) & 15
                    let top = (high.load(fromByteOffset: index, as: UInt8.self) >> highShift) & 3
                    destination[32 * group + index] = step * Float(Int32(bits | top << 4) - 32)
                }
            }
        }
    }
}

/// Q4_K: 256 values of four bits, `(scale * s) * q - (minimum * m)` with six-bit s and m for each
/// 32 values.
///
/// A block is the scale and the minimum as halves, `KScales`, then 128 bytes: of each 32, the low
/// four bits belong to 32 values and the high ones to the 32 after them.
enum Q4KBlocks: GGUFBlocks {
    static let elements = 256
    static let bytes = 144

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        let (scale, minimum) = F16Blocks.pair(source)
        let scales = KScales(source + 4)
        for pair in 0..<4 {
            let quants = source + 16 + 32 * pair
            for half in 0..<2 {
                let group = 2 * pair + half
                let step = scale * scales.scale(group)
                let offset = minimum * scales.minimum(group)
                let values = destination + 32 * group
                for index in 0..<32 {
                    let byte = quants.load(fromByteOffset: index, as: UInt8.self)
                    values[index] = step * Float((byte >> UInt8(4 * half)) & 15) - offset
                }
            }
        }
    }
}

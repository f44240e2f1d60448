/// Q5_K: 256 values of five bits, `(scale * s) * q - (minimum * m)` with six-bit s and m for each
/// 32 values.
///
/// A block is the scale and the minimum as halves, `KScales`, 32 bytes of fifth bits (bit g of
/// byte j belongs to value j of the g-th 32), then 128 bytes as in Q4_K.
enum Q5KBlocks: GGUFBlocks {
    static let elements = 256
    static let bytes = 176

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        let (scale, minimum) = F16Blocks.pair(source)
        let scales = KScales(source + 4)
        for group in 0..<8 {
            let quants = source + 48 + 32 * (group / 2)
            let shift = UInt8(4 * (group % 2))
            let step = scale * scales.scale(group)
            let offset = minimum * scales.minimum(group)
            let values = destination + 32 * group
            for index in 0..<32 {
                let low = (quants.load(fromByteOffset: index, as: UInt8.self) >> shift) & 15
                let high = source.load(fromByteOffset: 16 + index, as: UInt8.self)
                let quant = low | ((high >> UInt8(group)) & 1) << 4
                values[index] = step * Float(quant) - offset
            }
        }
    }
}

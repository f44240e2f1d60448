/// F16: IEEE half precision.
enum F16Blocks: GGUFBlocks {
    static let elements = 1
    static let bytes = 2

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        destination.pointee = float(half: source.loadUnaligned(as: UInt16.self))
    }

    /// The two halves that begin a block: scale and minimum.
    @inline(__always)
    static func pair(_ source: UnsafeRawPointer) -> (scale: Float, minimum: Float) {
        (
            float(half: source.loadUnaligned(as: UInt16.self)),
            float(half: source.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        )
    }

    /// The value of a half: one sign bit, five exponent bits (bias 15), ten of the fraction.
    ///
    /// Every half is exact in float32. `Float16` would say the same but does not exist on every
    /// platform. The bits moved to float32's places read as a value 2^112 too small, because the
    /// biases differ by 127 - 15; infinities and NaN take the top exponent of either format.
    @inline(__always)
    static func float(half bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = bits & 0x7c00
        let magnitude = UInt32(bits & 0x7fff) << 13
        if exponent == 0x7c00 {
            return Float(bitPattern: sign | 0x7f80_0000 | magnitude)
        }
        if exponent == 0 {
            // Subnormal: a count of 2^-24.
            let value = Float(bits & 0x3ff) * 0x1p-24
            return Float(bitPattern: sign | value.bitPattern)
        }
        return Float(bitPattern: sign | (magnitude + (112 << 23)))
    }
}

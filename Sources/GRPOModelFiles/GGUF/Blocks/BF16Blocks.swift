/// BF16: the upper half of a float32.
enum BF16Blocks: GGUFBlocks {
    static let elements = 1
    static let bytes = 2

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        let bits = source.loadUnaligned(as: UInt16.self)
        destination.pointee = Float(bitPattern: UInt32(bits) << 16)
    }
}

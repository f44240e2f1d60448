/// F32: values as they are.
enum F32Blocks: GGUFBlocks {
    static let elements = 1
    static let bytes = 4

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        destination.pointee = source.loadUnaligned(as: Float.self)
    }
}

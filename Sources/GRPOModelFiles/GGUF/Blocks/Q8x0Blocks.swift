/// Q8_0: 32 values of eight bits, `scale * q`. A block is the scale as a half, then the signed bytes.
enum Q8x0Blocks: GGUFBlocks {
    static let elements = 32
    static let bytes = 34

    @inline(__always)
    static func dequantize(
        _ source: UnsafeRawPointer, into destination: UnsafeMutablePointer<Float>
    ) {
        let scale = F16Blocks.float(half: source.loadUnaligned(as: UInt16.self))
        for index in 0..<32 {
            let value = source.load(fromByteOffset: 2 + index, as: Int8.self)
            destination[index] = Float(value) * scale
        }
    }
}

/// The eight scales and eight minima of a Q4_K or Q5_K block, six bits each in twelve bytes.
///
/// Bytes 0-3 hold scales 0-3 and bytes 4-7 minima 0-3 in their low six bits. Bytes 8-11 hold the
/// low four bits of scales 4-7 and, above them, of minima 4-7, whose top two bits are the top two
/// of bytes 0-3 and 4-7.
struct KScales {
    private let bytes: UnsafeRawPointer

    @inline(__always)
    init(_ bytes: UnsafeRawPointer) {
        self.bytes = bytes
    }

    /// The scale of values `32 * index ..< 32 * (index + 1)`.
    @inline(__always)
    func scale(_ index: Int) -> Float {
        guard index >= 4 else { return Float(byte(index) & 63) }
        return Float((byte(index + 4) & 15) | (byte(index - 4) >> 6) << 4)
    }

    /// The minimum of the same values.
    @inline(__always)
    func minimum(_ index: Int) -> Float {
        guard index >= 4 else { return Float(byte(index + 4) & 63) }
        return Float((byte(index + 4) >> 4) | (byte(index) >> 6) << 4)
    }

    @inline(__always)
    private func byte(_ index: Int) -> UInt8 {
        bytes.load(fromByteOffset: index, as: UInt8.self)
    }
}

/// Finds the first number of an array that is NaN or infinite.
enum FiniteCheck {
    /// Throws, naming array and element, unless all numbers are finite. Integers always are.
    static func check(_ array: NamedArray) throws(CheckpointError) {
        let bytes = array.bytes()
        // An IEEE number is finite unless all bits of its exponent are set.
        let index: Int? =
            switch array.type {
            case .float32: first(in: bytes, exponent: 0x7F80_0000 as UInt32)
            case .float64: first(in: bytes, exponent: 0x7FF0_0000_0000_0000 as UInt64)
            case .bfloat16: first(in: bytes, exponent: 0x7F80 as UInt16)
            case .int32, .int64, .uint64, .uint8, .text: nil
            }
        guard let index else { return }
        let value =
            switch array.type {
            case .float64: "\(bytes.load(fromByteOffset: index * 8, as: Double.self))"
            case .bfloat16:
                "\(Float(bitPattern: UInt32(bytes.load(fromByteOffset: index * 2, as: UInt16.self)) << 16))"
            default: "\(bytes.load(fromByteOffset: index * 4, as: Float.self))"
            }
        throw .nonFinite(array: array.name, index: index, value: value)
    }

    /// The index of the first element whose exponent bits are all set.
    private static func first<Bits: FixedWidthInteger & BitwiseCopyable>(
        in bytes: UnsafeRawBufferPointer, exponent: Bits
    ) -> Int? {
        let elements = bytes.bindMemory(to: Bits.self)
        // Blocks without a branch inside let the compiler use vectors.
        let block = 4096
        var start = 0
        while start < elements.count {
            let end = min(start + block, elements.count)
            var bad: Bits = 0
            for index in start..<end {
                bad |= (elements[index] & exponent) == exponent ? 1 : 0
            }
            if bad != 0 {
                return (start..<end).first { elements[$0] & exponent == exponent }
            }
            start = end
        }
        return nil
    }
}

import GRPOTensors

/// An element type that weights can be written in.
package enum TensorEncoding: String, CaseIterable, Sendable {
    case float32
    case float16
    case bfloat16
    /// ggml's Q8_0: 32 signed bytes with a scale; GGUF only.
    case q8x0 = "q8_0"

    /// Values in a block: rows must be whole blocks.
    package var elements: Int { self == .q8x0 ? 32 : 1 }

    /// Bytes of a block.
    package var bytes: Int {
        switch self {
        case .float32: 4
        case .float16, .bfloat16: 2
        case .q8x0: 34
        }
    }

    /// The bytes of the values, or the first value that the type cannot hold: float16 ends at
    /// 65504.
    ///
    /// Rounding is to nearest, ties to even; Q8_0 is ggml's reference arithmetic
    /// (`quantize_row_q8_0_ref`), operation for operation.
    func encode(_ values: [Float]) -> Result<[UInt8], Unrepresentable> {
        precondition(
            values.count.isMultiple(of: elements),
            "found \(values.count) values, expected a multiple of \(elements)")
        var bytes = [UInt8](repeating: 0, count: values.count / elements * self.bytes)
        let failure = bytes.withUnsafeMutableBytes { target -> Unrepresentable? in
            switch self {
            case .float32:
                values.withUnsafeBytes { target.copyMemory(from: $0) }
            case .bfloat16:
                for (index, value) in values.enumerated() {
                    target.storeBytes(
                        of: BFloat16(value).bits, toByteOffset: 2 * index, as: UInt16.self)
                }
            case .float16:
                for (index, value) in values.enumerated() {
                    let half = Self.half(value)
                    if half & 0x7FFF >= 0x7C00 { return Unrepresentable(value: value) }
                    target.storeBytes(of: half, toByteOffset: 2 * index, as: UInt16.self)
                }
            case .q8x0:
                for block in 0..<values.count / 32 {
                    let block = (values[32 * block..<32 * (block + 1)], 34 * block)
                    if let value = Self.quantize(block.0, to: target, at: block.1) {
                        return Unrepresentable(value: value)
                    }
                }
            }
            return nil
        }
        return failure.map { .failure($0) } ?? .success(bytes)
    }

    /// A value beyond the range of the type.
    struct Unrepresentable: Error {
        let value: Float
    }

    /// The half nearest to a value, ties to even; infinity where it is too large.
    static func half(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
        let magnitude = bits & 0x7FFF_FFFF
        if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
        // 65520, halfway between the largest half and the next step, rounds up to infinity.
        if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
        if magnitude < 0x3880_0000 {
            // Below 2^-14: a count of 2^-24, rounded by the addition of 0.5 in float32, whose last
            // bit is then worth 2^-24.
            let count = (Float(bitPattern: magnitude) + 0.5).bitPattern - Float(0.5).bitPattern
            return sign | UInt16(count)
        }
        // The exponent's bias is 112 less; the 13 bits that fall off round to nearest, ties to even.
        let odd = (magnitude >> 13) & 1
        return sign | UInt16((magnitude - (112 << 23) + 0xFFF + odd) >> 13)
    }

    /// One block of Q8_0; the largest value where its scale is no half.
    private static func quantize(
        _ values: ArraySlice<Float>, to target: UnsafeMutableRawBufferPointer, at offset: Int
    ) -> Float? {
        let largest = values.reduce(0) { max($0, abs($1)) }
        let scale = largest / 127
        // A scale so small that its inverse overflows is zero as a half.
        let inverse = (1 / scale).isFinite ? 1 / scale : 0
        let half = half(scale)
        if half >= 0x7C00 { return largest }
        target.storeBytes(of: half, toByteOffset: offset, as: UInt16.self)
        for (index, value) in values.enumerated() {
            let quant = (value * inverse).rounded(.toNearestOrAwayFromZero)
            target.storeBytes(
                of: Int8(max(-127, min(127, quant))), toByteOffset: offset + 2 + index,
                as: Int8.self)
        }
        return nil
    }
}

/// The element type of a tensor, known at run time.
package enum DType: String, Sendable, Codable, CaseIterable {
    /// Master weights, gradients, moments and the residual stream of the CPU backend.
    case float32
    /// Inputs of products where the precision asks for it: 8 bits of exponent, 7 of fraction.
    case bfloat16
    /// Everything in the reference backend.
    case float64
    /// Token ids and row indices.
    case int32

    /// The size of one element, in bytes.
    package var byteCount: Int {
        switch self {
        case .float32, .int32: 4
        case .bfloat16: 2
        case .float64: 8
        }
    }
}

/// A Swift type that is stored as the elements of one `DType`.
package protocol Element {
    static var dtype: DType { get }
}

extension Float: Element {
    package static var dtype: DType { .float32 }
}

extension Double: Element {
    package static var dtype: DType { .float64 }
}

extension Int32: Element {
    package static var dtype: DType { .int32 }
}

/// The bits of a bfloat16: the upper half of a float32.
package struct BFloat16: Element, Equatable, Sendable {
    package static var dtype: DType { .bfloat16 }

    package var bits: UInt16

    package init(bits: UInt16) {
        self.bits = bits
    }

    /// Rounds to nearest, ties to even; a NaN stays a (quiet) NaN.
    package init(_ value: Float) {
        let pattern = value.bitPattern
        if value.isNaN {
            bits = UInt16(truncatingIfNeeded: pattern >> 16) | 0x0040
        } else {
            bits = UInt16(truncatingIfNeeded: (pattern &+ 0x7FFF &+ ((pattern >> 16) & 1)) >> 16)
        }
    }

    /// The exact value.
    package var float: Float {
        Float(bitPattern: UInt32(bits) << 16)
    }
}

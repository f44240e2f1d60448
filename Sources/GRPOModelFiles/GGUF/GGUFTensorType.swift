/// An element type of GGUF tensors, by the number the file uses (ggml's `enum ggml_type`).
///
/// Every type whose size is known can be listed and its place in the file checked; those with
/// `blocks` can also be read.
package struct GGUFTensorType: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// ggml's number.
    package let rawValue: UInt32

    /// A type by its number, known or not.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// 32-bit floating point.
    package static let f32 = GGUFTensorType(rawValue: 0)
    /// IEEE half precision.
    package static let f16 = GGUFTensorType(rawValue: 1)
    /// 32 four-bit values with a scale.
    package static let q4x0 = GGUFTensorType(rawValue: 2)
    /// 32 four-bit values with a scale and a minimum.
    package static let q4x1 = GGUFTensorType(rawValue: 3)
    /// 32 five-bit values with a scale.
    package static let q5x0 = GGUFTensorType(rawValue: 6)
    /// 32 five-bit values with a scale and a minimum.
    package static let q5x1 = GGUFTensorType(rawValue: 7)
    /// 32 eight-bit values with a scale.
    package static let q8x0 = GGUFTensorType(rawValue: 8)
    /// 256 four-bit values with a scale and a minimum for each 32.
    package static let q4K = GGUFTensorType(rawValue: 12)
    /// 256 five-bit values with a scale and a minimum for each 32.
    package static let q5K = GGUFTensorType(rawValue: 13)
    /// 256 six-bit values with a scale for each 16.
    package static let q6K = GGUFTensorType(rawValue: 14)
    /// bfloat16.
    package static let bf16 = GGUFTensorType(rawValue: 30)

    /// How values are read from blocks of this type; nil where this package cannot. A further type
    /// is one file that conforms to `GGUFBlocks` and one line here.
    var blocks: (any GGUFBlocks.Type)? {
        switch self {
        case .f32: F32Blocks.self
        case .f16: F16Blocks.self
        case .q4x0: Q4x0Blocks.self
        case .q4x1: Q4x1Blocks.self
        case .q5x0: Q5x0Blocks.self
        case .q5x1: Q5x1Blocks.self
        case .q8x0: Q8x0Blocks.self
        case .q4K: Q4KBlocks.self
        case .q5K: Q5KBlocks.self
        case .q6K: Q6KBlocks.self
        case .bf16: BF16Blocks.self
        default: nil
        }
    }

    /// The names of the types that can be read, for messages.
    static let readable = layouts.keys.sorted().map { GGUFTensorType(rawValue: $0) }
        .filter { $0.blocks != nil }.map(\.description).joined(separator: ", ")

    /// Name, elements and bytes of a block; nil for a number ggml does not use (or no longer).
    package var layout: Layout? { Self.layouts[rawValue] }

    /// ggml's name, or the bare number.
    package var description: String { layout?.name ?? "number \(rawValue)" }

    /// How a type is laid out.
    package struct Layout: Sendable {
        /// ggml's name.
        package let name: String
        /// Values in a block.
        package let elements: Int
        /// Bytes of a block.
        package let bytes: Int
    }

    private static let layouts: [UInt32: Layout] = {
        func plain(_ name: String, _ bytes: Int) -> Layout {
            Layout(name: name, elements: 1, bytes: bytes)
        }
        func block(_ name: String, _ elements: Int, _ bytes: Int) -> Layout {
            Layout(name: name, elements: elements, bytes: bytes)
        }
        return [
            0: plain("F32", 4), 1: plain("F16", 2), 30: plain("BF16", 2), 28: plain("F64", 8),
            24: plain("I8", 1), 25: plain("I16", 2), 26: plain("I32", 4), 27: plain("I64", 8),
            2: block("Q4_0", 32, 18), 3: block("Q4_1", 32, 20), 6: block("Q5_0", 32, 22),
            7: block("Q5_1", 32, 24), 8: block("Q8_0", 32, 34), 9: block("Q8_1", 32, 36),
            10: block("Q2_K", 256, 84), 11: block("Q3_K", 256, 110),
            12: block("Q4_K", 256, 144), 13: block("Q5_K", 256, 176),
            14: block("Q6_K", 256, 210), 15: block("Q8_K", 256, 292),
            16: block("IQ2_XXS", 256, 66), 17: block("IQ2_XS", 256, 74),
            18: block("IQ3_XXS", 256, 98), 19: block("IQ1_S", 256, 50),
            20: block("IQ4_NL", 32, 18), 21: block("IQ3_S", 256, 110),
            22: block("IQ2_S", 256, 82), 23: block("IQ4_XS", 256, 136),
            29: block("IQ1_M", 256, 56), 34: block("TQ1_0", 256, 54),
            35: block("TQ2_0", 256, 66), 39: block("MXFP4", 32, 17),
            40: block("NVFP4", 64, 36), 41: block("Q1_0", 128, 18),
        ]
    }()
}

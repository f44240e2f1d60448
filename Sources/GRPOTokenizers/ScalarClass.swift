/// What a pre-tokenizer sees in a Unicode scalar.
package enum ScalarClass: UInt8, Sendable {
    case other
    /// `\p{L}`
    case letter
    /// `\p{N}`
    case number
    /// A number to the `Digits` pre-tokenizer that `\p{N}` does not know yet.
    case newNumber
    /// `\s`
    case space

    /// The class in Hugging Face `tokenizers` (0.23): its regular expressions know Unicode 16,
    /// its `Digits` Unicode 17. A scalar that a later version assigned is `other` to them,
    /// whatever the standard library here knows of it, so that ids do not depend on the toolchain.
    package init(_ scalar: Unicode.Scalar) {
        let properties = scalar.properties
        let age = properties.age.map { ($0.major, $0.minor) } ?? (.max, 0)
        if properties.isWhitespace {
            self = .space
            return
        }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            self = age <= (16, 0) ? .letter : .other
        case .decimalNumber, .letterNumber, .otherNumber:
            self = age <= (16, 0) ? .number : age <= (17, 0) ? .newNumber : .other
        default:
            self = .other
        }
    }

    /// The classes of the scalars below U+10000, where the properties' own lookup would dominate.
    private static let basicPlane: [ScalarClass] = (0..<0x10000).map { value in
        Unicode.Scalar(UInt32(value)).map(ScalarClass.init) ?? .other
    }

    /// The class and the length in bytes of the scalar at `position` of valid UTF-8.
    @inline(__always)
    static func next(
        in bytes: UnsafeBufferPointer<UInt8>, at position: Int, _ table: borrowing Table
    ) -> (ScalarClass, length: Int) {
        let first = UInt32(bytes[position])
        if first < 0x80 { return (table.basic[Int(first)], 1) }
        let second = UInt32(bytes[position + 1] & 0x3F)
        if first < 0xE0 { return (table.basic[Int((first & 0x1F) << 6 | second)], 2) }
        let third = UInt32(bytes[position + 2] & 0x3F)
        if first < 0xF0 {
            return (table.basic[Int((first & 0x0F) << 12 | second << 6 | third)], 3)
        }
        let fourth = UInt32(bytes[position + 3] & 0x3F)
        let value = (first & 0x07) << 18 | second << 12 | third << 6 | fourth
        return (Unicode.Scalar(value).map(ScalarClass.init) ?? .other, 4)
    }

    /// The table of the basic plane, held so that a scan does not pay for reaching a global.
    struct Table: Sendable {
        fileprivate let basic = ScalarClass.basicPlane
    }
}

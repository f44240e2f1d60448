/// What a pre-tokenizer sees in a Unicode scalar: one of the classes below, or as a set, any of
/// several.
package struct ScalarClass: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `\p{L}`
    package static let letter = ScalarClass(rawValue: 1)
    /// `\p{N}`
    package static let number = ScalarClass(rawValue: 2)
    /// A number to the `Digits` pre-tokenizer that `\p{N}` does not know yet.
    package static let newNumber = ScalarClass(rawValue: 4)
    /// `\s`
    package static let space = ScalarClass(rawValue: 8)
    /// `\p{M}`
    package static let mark = ScalarClass(rawValue: 16)
    /// `\p{P}`
    package static let punctuation = ScalarClass(rawValue: 32)
    /// `\p{S}`
    package static let symbol = ScalarClass(rawValue: 64)
    /// Controls, formats, private use, unassigned.
    package static let other = ScalarClass(rawValue: 128)

    /// `[^\s\p{L}\p{N}]`
    static let neither: ScalarClass = [.newNumber, .mark, .punctuation, .symbol, .other]

    /// The class in Hugging Face `tokenizers` (0.23): its regular expressions know Unicode 16,
    /// its `Digits` Unicode 17. A scalar that a later version assigned is `other` to them,
    /// whatever the standard library here knows of it, so that ids do not depend on the toolchain.
    package init(_ scalar: Unicode.Scalar) {
        let properties = scalar.properties
        if properties.isWhitespace {
            self = .space
            return
        }
        let age = properties.age.map { ($0.major, $0.minor) } ?? (.max, 0)
        let isKnown = age <= (16, 0)
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            self = isKnown ? .letter : .other
        case .decimalNumber, .letterNumber, .otherNumber:
            self = isKnown ? .number : age <= (17, 0) ? .newNumber : .other
        case .nonspacingMark, .spacingMark, .enclosingMark:
            self = isKnown ? .mark : .other
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            self = isKnown ? .punctuation : .other
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            self = isKnown ? .symbol : .other
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
        let first = bytes[position]
        if first < 0x80 { return (table.basic[Int(first)], 1) }
        let (value, length) = scalarValue(in: bytes, at: position)
        if value < 0x10000 { return (table.basic[Int(value)], length) }
        return (Unicode.Scalar(value).map(ScalarClass.init) ?? .other, length)
    }

    /// The end of the run of scalars of `classes` that begins at `position`.
    @inline(__always)
    static func runEnd(
        in bytes: UnsafeBufferPointer<UInt8>, of classes: ScalarClass, from position: Int,
        _ table: borrowing Table
    ) -> Int {
        var end = position
        while end < bytes.count {
            let (next, length) = next(in: bytes, at: end, table)
            guard !classes.isDisjoint(with: next) else { break }
            end += length
        }
        return end
    }

    /// The table of the basic plane, held so that a scan does not pay for reaching a global.
    struct Table: Sendable {
        fileprivate let basic = ScalarClass.basicPlane
    }
}

/// The value and the length in bytes of the scalar at `position` of valid UTF-8.
@inline(__always)
func scalarValue(
    in bytes: UnsafeBufferPointer<UInt8>, at position: Int
) -> (value: UInt32, length: Int) {
    let first = UInt32(bytes[position])
    if first < 0x80 { return (first, 1) }
    let second = UInt32(bytes[position + 1] & 0x3F)
    if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
    let third = UInt32(bytes[position + 2] & 0x3F)
    if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
    let fourth = UInt32(bytes[position + 3] & 0x3F)
    return ((first & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
}

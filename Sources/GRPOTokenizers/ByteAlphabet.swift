/// GPT-2's spelling of bytes as visible characters.
///
/// Byte-level vocabularies are stored as text, so each byte needs a printable character: the
/// printable bytes of Latin-1 stand for themselves, the other 68 are U+0100 onwards in ascending
/// order. (Radford et al. 2019, `bytes_to_unicode` of the released encoder.)
enum ByteAlphabet {
    /// The byte that each of the scalars below U+0144 stands for; -1 where it stands for none.
    private static let bytes: [Int16] = {
        var table = [Int16](repeating: -1, count: 0x144)
        var shifted = 0x100
        for byte in 0..<256 {
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
                table[byte] = Int16(byte)
            default:
                table[shifted] = Int16(byte)
                shifted += 1
            }
        }
        return table
    }()

    /// The bytes that a token spells; nil if it holds a character that stands for no byte.
    static func bytes(of token: some StringProtocol) -> [UInt8]? {
        var result: [UInt8] = []
        for scalar in token.unicodeScalars {
            guard scalar.value < bytes.count, bytes[Int(scalar.value)] >= 0 else { return nil }
            result.append(UInt8(bytes[Int(scalar.value)]))
        }
        return result
    }
}

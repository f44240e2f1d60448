/// The writing system of a word, which for most languages already tells that a word is not
/// theirs.
package enum WordScript: String, Sendable, Hashable, CaseIterable {
    case latin, greek, cyrillic, armenian, georgian, hebrew, arabic, devanagari, bengali, tamil
    case thai, han, kana, hangul
    /// Any other script.
    case other

    /// The script of a letter, by the blocks of Unicode 16.
    init(of letter: Unicode.Scalar) {
        self =
            switch letter.value {
            case 0x41...0x2FF, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF, 0xAB30...0xAB6F,
                0xFB00...0xFB06, 0xFF21...0xFF5A:
                .latin
            case 0x370...0x3FF, 0x1F00...0x1FFF: .greek
            case 0x400...0x52F, 0x1C80...0x1C8F, 0x2DE0...0x2DFF, 0xA640...0xA69F: .cyrillic
            case 0x530...0x58F, 0xFB13...0xFB17: .armenian
            case 0x10A0...0x10FF, 0x1C90...0x1CBF, 0x2D00...0x2D2F: .georgian
            case 0x590...0x5FF, 0xFB1D...0xFB4F: .hebrew
            case 0x600...0x6FF, 0x750...0x77F, 0x870...0x8FF, 0xFB50...0xFDFF, 0xFE70...0xFEFF:
                .arabic
            case 0x900...0x97F, 0xA8E0...0xA8FF: .devanagari
            case 0x980...0x9FF: .bengali
            case 0xB80...0xBFF: .tamil
            case 0xE00...0xE7F: .thai
            case 0x2E80...0x2FDF, 0x3005...0x3007, 0x3400...0x4DBF, 0x4E00...0x9FFF,
                0xF900...0xFAFF, 0x20000...0x323AF:
                .han
            case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9F: .kana
            case 0x1100...0x11FF, 0x3130...0x318F, 0xA960...0xA97F, 0xAC00...0xD7FF: .hangul
            default: .other
            }
    }

    /// Whether single letters stand for quantities in formulas: `x`, `π`.
    var hasVariables: Bool { self == .latin || self == .greek }
}

/// Decodes ids one at a time, holding back bytes until they are whole UTF-8 characters.
///
/// The texts it returns, joined, are what `Tokenizer.decode` gives for all the ids at once.
package struct StreamDecoder: Sendable {
    private let tokenizer: any Tokenizer
    private let skipSpecial: Bool
    private var pending: [UInt8] = []
    /// Whether a space that comes next is the tokenizer's own.
    private var stripsSpace: Bool

    package init(_ tokenizer: any Tokenizer, skipSpecial: Bool) {
        self.tokenizer = tokenizer
        self.skipSpecial = skipSpecial
        stripsSpace = tokenizer.stripsLeadingSpace
    }

    /// The text that this id completes; empty while a character is unfinished.
    package mutating func push(_ id: Int32) -> String {
        if skipSpecial, tokenizer.isSpecial(id) { return "" }
        tokenizer.appendBytes(of: id, to: &pending)
        if stripsSpace, let first = pending.first {
            if first == UInt8(ascii: " ") { pending.removeFirst() }
            stripsSpace = false
        }
        let complete = pending.count - unfinishedTail(pending)
        defer { pending.removeFirst(complete) }
        return String(decoding: pending[..<complete], as: UTF8.self)
    }

    /// The rest: U+FFFD if the last character was never finished.
    package mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }
}

/// How many bytes at the end begin a UTF-8 character that more bytes could finish (0 to 3).
///
/// A tail that no byte can finish counts 0: it is replaced at once, as it would be in the whole.
/// The ranges of the second byte are those of the Unicode standard, table 3-7.
private func unfinishedTail(_ bytes: [UInt8]) -> Int {
    for length in 1..<4 where length <= bytes.count {
        let lead = bytes[bytes.count - length]
        if lead & 0xC0 == 0x80 { continue }
        let needed =
            switch lead {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        guard length < needed else { return 0 }
        guard length > 1 else { return 1 }
        let second =
            switch lead {
            case 0xE0: UInt8(0xA0)...0xBF
            case 0xED: UInt8(0x80)...0x9F
            case 0xF0: UInt8(0x90)...0xBF
            case 0xF4: UInt8(0x80)...0x8F
            default: UInt8(0x80)...0xBF
            }
        return second.contains(bytes[bytes.count - length + 1]) ? length : 0
    }
    return 0
}

/// Text that may safely be shown: what a model wrote must not move the cursor, set a title, write
/// the clipboard or turn the reading direction.
package enum TerminalText {
    /// The text with every control character, terminal escape and invisible direction mark
    /// replaced by `\u{..}`. Newline and tab pass unless `keepingNewlines` is false.
    package static func sanitized(_ text: some StringProtocol, keepingNewlines: Bool = true)
        -> String
    {
        if text.unicodeScalars.allSatisfy({ !mustEscape($0, keepingNewlines: keepingNewlines) }) {
            return String(text)
        }
        var result = ""
        for scalar in text.unicodeScalars {
            if mustEscape(scalar, keepingNewlines: keepingNewlines) {
                result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a scalar is shown as its number. A carriage return is: it would let later text
    /// overwrite what stands before it.
    static func mustEscape(_ scalar: Unicode.Scalar, keepingNewlines: Bool) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: !keepingNewlines
        case 0..<0x20, 0x7F...0x9F: true
        // Direction marks, embeddings, overrides and isolates; invisible joiners' tag block; the
        // byte order mark; line and paragraph separators.
        case 0x061C, 0x200B, 0x200E, 0x200F, 0x2028...0x202E, 0x2060...0x2064, 0x2066...0x206F,
            0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
            true
        default: false
        }
    }
}

/// Text that came out of a file, fit for a message: quoted, at most 80 characters, with escapes
/// for everything that could move a terminal's cursor.
package func printable(_ text: String) -> String {
    let cut = text.unicodeScalars.count > 80
    let head = cut ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(80))) : text
    return "'" + visible(head) + (cut ? "..." : "") + "'"
}

/// The text with escapes for everything that could move a terminal's cursor.
package func visible(_ text: String) -> String {
    let pieces = text.unicodeScalars.map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            "\\u{" + String(scalar.value, radix: 16) + "}"
        default: String(scalar)
        }
    }
    return pieces.joined()
}

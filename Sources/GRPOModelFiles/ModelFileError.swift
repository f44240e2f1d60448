/// What is wrong with a model file: the one error of this module.
///
/// Its description is a whole message for the user: file, place, what was found, what was
/// expected, and what to do about it.
package struct ModelFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where in the file the fault lies.
    package enum Place: Equatable, Sendable, CustomStringConvertible {
        /// The file itself: it cannot be opened, or is not what its name says.
        case file
        /// A byte offset from the start of the file.
        case byte(Int)
        /// A key of the metadata or configuration.
        case key(String)
        /// A tensor, by name.
        case tensor(String)
        /// The tokenizer as a whole.
        case tokenizer

        /// The place as the message spells it; names are shortened and their control characters
        /// made visible, for they come from the file.
        package var description: String {
            switch self {
            case .file: "the file itself"
            case .byte(let offset): "byte \(offset)"
            case .key(let name): "key \(printable(name))"
            case .tensor(let name): "tensor \(printable(name))"
            case .tokenizer: "the tokenizer"
            }
        }
    }

    /// The path as the user gave it.
    package let file: String
    /// Where the fault lies.
    package let place: Place
    /// What is there.
    package let found: String
    /// What should be there.
    package let expected: String
    /// What the user can do.
    package let remedy: String

    /// An error from its five parts.
    package init(file: String, place: Place, found: String, expected: String, remedy: String) {
        self.file = file
        self.place = place
        self.found = found
        self.expected = expected
        self.remedy = remedy
    }

    /// `FILE: PLACE: found X, expected Y. REMEDY`
    package var description: String {
        "\(file): \(place): found \(found), expected \(expected). \(remedy)"
    }
}

/// Text that came out of a file, fit for a message: quoted, at most 80 characters, with escapes
/// for everything that could move a terminal's cursor.
func printable(_ text: String) -> String {
    let cut = text.unicodeScalars.count > 80
    let head = cut ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(80))) : text
    return "'" + visible(head) + (cut ? "..." : "") + "'"
}

/// The text with escapes for everything that could move a terminal's cursor.
func visible(_ text: String) -> String {
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

import GRPOJSON

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

    /// Whether the input was wrong or the machine failed: a full disk is nobody's wrong file.
    package enum Cause: Equatable, Sendable {
        case input
        case failure
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
    package let cause: Cause

    /// An error from its parts.
    package init(
        file: String, place: Place, found: String, expected: String, remedy: String,
        cause: Cause = .input
    ) {
        self.file = file
        self.place = place
        self.found = found
        self.expected = expected
        self.remedy = remedy
        self.cause = cause
    }

    /// `FILE: PLACE: found X, expected Y. REMEDY`
    package var description: String {
        "\(file): \(place): found \(found), expected \(expected). \(remedy)"
    }
}

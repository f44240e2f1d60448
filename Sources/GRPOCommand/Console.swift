import Foundation
import GRPORuns

/// The two outputs of the command: results on standard output, everything else on standard error.
/// Text of models and files passes the sanitizer first.
enum Console {
    static func print(_ text: String) {
        write(TerminalText.sanitized(text) + "\n", to: .standardOutput)
    }

    static func error(_ text: String) {
        write(TerminalText.sanitized(text) + "\n", to: .standardError)
    }

    /// One JSON document; its strings are escaped and need no sanitizer.
    static func json(_ value: some Encodable) {
        write(JSONValue(encoding: value).prettyText + "\n", to: .standardOutput)
    }

    private static func write(_ text: String, to handle: FileHandle) {
        // A reader that went away is no error of ours.
        try? handle.write(contentsOf: Data(text.utf8))
    }
}

import Foundation
import GRPOCheckpoints
import GRPOJSON
import GRPORuns
import Synchronization

/// The two outputs of the command: results on standard output, everything else on standard error.
/// Text of models and files passes the sanitizer first.
enum Console {
    /// Why standard output could not take a result.
    private static let failure = Mutex<SystemError?>(nil)

    static func print(_ text: String) {
        output(TerminalText.sanitized(text) + "\n")
    }

    static func error(_ text: String) {
        // Where not even this can be said, there is nobody to tell.
        _ = write(TerminalText.sanitized(text) + "\n", to: STDERR_FILENO)
    }

    /// One JSON document; its strings are escaped and need no sanitizer.
    static func json(_ value: some Encodable) {
        output(JSONValue(encoding: value).prettyText + "\n")
    }

    /// Throws where a result was lost. A reader that went away, as `head` does, wanted no more.
    static func check() throws {
        if let failure = failure.withLock({ $0 }), failure.code != EPIPE {
            throw RunError(
                .failure, path: "standard output", "cannot write it: \(failure)",
                remedy: failure.remedy)
        }
    }

    private static func output(_ text: String) {
        if let error = write(text, to: STDOUT_FILENO) { failure.withLock { $0 = error } }
    }

    private static func write(_ text: String, to descriptor: Int32) -> SystemError? {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                bytes = bytes.dropFirst(count)
            } else if errno != EINTR {
                return .last
            }
        }
        return nil
    }
}

import Foundation

/// Why programs cannot be run here, and what to do about it. Never about a program: whatever that
/// does is a result.
package struct SandboxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is missing or failed.
    package enum Place: String, Sendable {
        /// The sandbox itself.
        case sandbox
        /// The interpreter of the programs.
        case interpreter
    }

    package let place: Place
    package let found: String
    package let expected: String
    package let remedy: String

    package init(place: Place = .sandbox, found: String, expected: String, remedy: String) {
        self.place = place
        self.found = found
        self.expected = expected
        self.remedy = remedy
    }

    /// `found X, expected Y; REMEDY`
    package var description: String { "found \(found), expected \(expected); \(remedy)" }

    /// A system call that failed for want of memory, processes or descriptors.
    static func system(_ call: String, _ code: Int32) -> SandboxError {
        SandboxError(
            found: "\(call): \(String(cString: strerror(code)))",
            expected: "a process that starts",
            remedy: code == ENOSYS
                ? "programs are run on Linux with glibc 2.34 or later"
                : "close other programs, or raise the limits of this one (ulimit -a)")
    }
}

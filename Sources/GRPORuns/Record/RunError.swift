/// What went wrong with a run's files: the place, what was found, and what to do.
package struct RunError: Error, Sendable, CustomStringConvertible {
    /// Whether the request was wrong (exit code 2) or the machine failed it (exit code 1).
    package enum Cause: Sendable { case input, failure }

    package var cause: Cause
    package var path: String
    package var message: String
    package var remedy: String

    package init(_ cause: Cause, path: String, _ message: String, remedy: String) {
        self.cause = cause
        self.path = path
        self.message = message
        self.remedy = remedy
    }

    package var description: String { "\(path): \(message); \(remedy)" }
}

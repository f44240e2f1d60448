import Foundation

/// The Python that runs the model's programs. Nothing else here needs one.
enum Interpreter {
    /// Where one is looked for: what the sandbox shows.
    static let usual = ["/usr/bin/python3", "/usr/local/bin/python3"]

    static func path(_ given: String?) throws(SandboxError) -> String {
        if let given {
            guard access(given, X_OK) == 0 else {
                throw SandboxError(
                    place: .interpreter, found: "no program at \(given)",
                    expected: "a Python 3 interpreter",
                    remedy: "correct the path, or leave python out to take the system's")
            }
            return given
        }
        guard let found = usual.first(where: { access($0, X_OK) == 0 }) else {
            throw SandboxError(
                place: .interpreter, found: "no \(usual.joined(separator: " and no "))",
                expected: "a Python 3 interpreter to run what the model writes",
                remedy: "install one (Scripts/setup does; on Debian: apt-get install python3), or "
                    + "name it with python: /path/to/python3")
        }
        return found
    }
}

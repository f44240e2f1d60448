import Foundation
import Testing

/// The built command `grpo` as another process, as its users meet it.
enum GrpoProcess {
    /// Beside the test bundle. A missing binary fails every test that needs it.
    static let path: String = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        return bundle.deletingLastPathComponent().appendingPathComponent("grpo").path
    }()

    struct Outcome {
        /// The exit code; 128 + the signal where one ended it, as a shell says.
        let code: Int32
        let output: String
        let errors: String

        /// The one document on standard output.
        func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
            let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return try #require(value as? [String: Any], sourceLocation: sourceLocation)
        }

        /// What went wrong, without notes on how the run began.
        var message: String {
            errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
                .joined(separator: "\n")
        }
    }

    /// A command that was started.
    final class Running {
        fileprivate let process = Process()
        fileprivate let files: (output: String, errors: String)

        fileprivate init(
            _ executable: String, _ arguments: [String], input: String?, directory: String?
        ) throws {
            let name = NSTemporaryDirectory() + "grpo-command-\(UUID().uuidString)"
            files = (name + ".out", name + ".err")
            for file in [files.output, files.errors] {
                try Data().write(to: URL(fileURLWithPath: file))
            }
            process.executableURL = URL(fileURLWithPath: executable)
            process.arguments = arguments
            process.standardOutput = FileHandle(forWritingAtPath: files.output)
            process.standardError = FileHandle(forWritingAtPath: files.errors)
            if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
            if let input {
                let file = name + ".in"
                try Data(input.utf8).write(to: URL(fileURLWithPath: file))
                process.standardInput = FileHandle(forReadingAtPath: file)
                unlink(file)
            } else {
                process.standardInput = FileHandle.nullDevice
            }
            try process.run()
        }

        deinit {
            if process.isRunning { kill(SIGKILL) }
            for file in [files.output, files.errors] { unlink(file) }
        }

        var isRunning: Bool { process.isRunning }

        var errors: String { (try? String(contentsOfFile: files.errors, encoding: .utf8)) ?? "" }

        func kill(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

        func wait() throws -> Outcome {
            process.waitUntilExit()
            let status = process.terminationStatus
            return Outcome(
                code: process.terminationReason == .uncaughtSignal ? 128 + status : status,
                output: try String(contentsOfFile: files.output, encoding: .utf8),
                errors: errors)
        }

        /// Waits until something appears on standard error.
        func wait(for text: String) async throws {
            for _ in 0..<3000 {
                if errors.contains(text) { return }
                guard isRunning else { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            Issue.record("'\(text)' did not appear in: \(errors)")
        }
    }

    static func start(
        _ arguments: [String], input: String? = nil, directory: String? = nil
    ) throws -> Running {
        try Running(path, arguments, input: input, directory: directory)
    }

    static func run(
        _ arguments: String..., input: String? = nil, directory: String? = nil
    ) throws -> Outcome {
        try start(arguments, input: input, directory: directory).wait()
    }

    /// A line of bash in which `$GRPO` is the command and `$1`, `$2`, ... are the arguments.
    static func shell(_ line: String, _ arguments: String...) throws -> Outcome {
        try Running(
            "/bin/bash", ["-c", "GRPO='\(path)'; " + line, "bash"] + arguments, input: nil,
            directory: nil
        ).wait()
    }
}

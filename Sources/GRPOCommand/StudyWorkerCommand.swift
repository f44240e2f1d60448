import ArgumentParser
import Foundation
import GRPORuns

/// One run of a study, as `ablate` starts it in a process of its own: `grpo run`, which saves and ends
/// also where the process that started it is gone.
struct StudyWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ablate-worker", abstract: "One run of a study.", shouldDisplay: false)

    @Argument(help: "The recipe.")
    var recipe: String

    @Option(help: "The run directory, new or begun.")
    var output: String

    @Option(help: "The study's finished stages.")
    var stages: String

    func run() async throws {
        Self.endWithInput()
        let begun = FileManager.default.fileExists(atPath: RunDirectory(path: output).recipe)
        let arguments = [recipe, "--output", output, "--stages", stages]
        try await RunCommand.parse(arguments + (begun ? ["--resume"] : [])).run()
    }

    /// Standard input is held open by the process that started this one. At its end this one gets the
    /// signal of Ctrl-C: it saves, and a second study finds no run without an owner.
    private static func endWithInput() {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count == 0 || count < 0 && errno != EINTR { break }
            }
            kill(getpid(), SIGINT)
        }
    }
}

/// Starts this program again for every run of a study.
struct ProcessLauncher: StudyLauncher {
    private let executable: URL

    init() throws {
        guard let found = Bundle.main.executableURL else {
            throw InputError("the path of this program is not known; start it by its path")
        }
        executable = found
    }

    func run(
        _ job: StudyJob, in directory: StudyDirectory, interruption: Interruption
    ) async throws -> StudyJobEnd {
        let log = directory.log(job)
        // Beside what an earlier attempt said.
        if !FileManager.default.fileExists(atPath: log) {
            try RunFile.write("", to: log)
        }
        guard let said = FileHandle(forWritingAtPath: log) else {
            throw RunError(
                .failure, path: log, "could not be opened", remedy: "check its permissions")
        }
        defer { try? said.close() }
        try said.seekToEnd()
        let process = Process()
        process.executableURL = executable
        process.arguments = [
            "ablate-worker", directory.recipe(job), "--output", directory.run(job).path,
            "--stages", directory.stages,
        ]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = said
        process.standardError = said
        try process.run()
        defer { try? input.fileHandleForWriting.close() }
        var isTold = false
        while process.isRunning {
            if interruption.isRaised, !isTold {
                isTold = true
                process.interrupt()
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let status = process.terminationStatus
        if process.terminationReason == .uncaughtSignal {
            return status == SIGINT ? .interrupted : .failed(code: 128 + status)
        }
        return switch status {
        case 0: .finished
        case Failure.interrupted: .interrupted
        default: .failed(code: status)
        }
    }
}

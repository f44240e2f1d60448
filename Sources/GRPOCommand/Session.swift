import ArgumentParser
import Foundation
import GRPORuns

/// The whole command `grpo`, with the names of your own components added to its own.
///
/// Exits the process: 0 done, 1 the run failed, 2 the input was wrong, 130 interrupted after
/// saving.
///
/// - Parameter added: types of `RewardFunction`, `ProblemSource`, `TextSource` or `PairSource`;
///   recipes use them by their names.
public func main(adding added: [any Sendable.Type] = []) async -> Never {
    let components = Components(adding: added)
    // A full quota or a reader that went away makes a write fail, with a message; by default either
    // signal would end the process without one.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    Heap.returnLargeBlocks()
    let code = await Session.$components.withValue(components) {
        await Session.run(Array(CommandLine.arguments.dropFirst()))
    }
    exit(code)
}

/// What all commands of one process share.
enum Session {
    @TaskLocal static var components = Components()

    /// Runs one command line and says with what code to exit.
    static func run(_ arguments: [String]) async -> Int32 {
        if RunEnvironment.isDebugBuild {
            Console.error("note: this is a debug build, many times slower than a release build")
        }
        do {
            var command = try Grpo.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            try Console.check()
            return 0
        } catch {
            return Failure.report(error)
        }
    }
}

/// `grpo`.
struct Grpo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grpo",
        abstract: "Train language models with Group Relative Policy Optimization, on a CPU.",
        version: Version.current,
        subcommands: [
            RunCommand.self, EvaluateCommand.self, GenerateCommand.self, InspectCommand.self,
            TasksCommand.self, RewardsCommand.self, TokenizeCommand.self, ReportCommand.self,
            ConvertCommand.self, DoctorCommand.self, BenchmarkCommand.self, AblateCommand.self,
            StudyWorkerCommand.self,
        ])
}

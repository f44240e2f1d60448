import ArgumentParser
import Foundation
import GRPOCheckpoints
import GRPOModelFiles
import GRPOObjectives
import GRPORewards
import GRPORollouts
import GRPORuns
import GRPOTokenizers
import GRPOTraining

/// A user's mistake that no module's error covers.
struct InputError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// From an error to one message and an exit code.
enum Failure {
    static let failed: Int32 = 1
    static let wrongInput: Int32 = 2
    static let interrupted: Int32 = 130

    /// Prints what went wrong and returns the exit code.
    static func report(_ error: any Error) -> Int32 {
        switch error {
        case let error as Run.Interrupted:
            let place =
                error.step > 0
                ? "interrupted: stage \(error.stage) is saved at step \(error.step)"
                : "interrupted during \(error.stage)"
            let run = error.directory
            Console.error(
                "\(place); continue with --resume: "
                    + "grpo run \(run)/recipe.yaml --output \(run) --resume")
            return interrupted
        case let error as StudyRunner.Interrupted:
            Console.error(
                "interrupted: \(error.done) of \(error.runs) runs are done, those at work are saved; "
                    + "continue with --resume: "
                    + "grpo ablate \(error.file) --output \(error.directory) --resume")
            return interrupted
        case let error as ModelFileError:
            Console.error("error: \(error)")
            return error.cause == .input ? wrongInput : failed
        case RewardError.failing:
            Console.error("error: \(error)")
            return failed
        case is RecipeError, is TokenizerError, is ObjectiveError, is RewardError, is InputError:
            Console.error("error: \(error)")
            return wrongInput
        case let error as RunError:
            Console.error("error: \(error)")
            return error.cause == .input ? wrongInput : failed
        case let error as CheckpointError:
            Console.error("error: \(error)")
            if case .system = error { return failed }
            if case .nonFinite = error { return failed }
            return wrongInput
        case let error as TrainingError:
            Console.error("error: \(error)")
            if case .notFinite = error { return failed }
            return wrongInput
        case RolloutError.cancelled:
            Console.error("interrupted")
            return interrupted
        case is RolloutError:
            Console.error("error: \(error)")
            return wrongInput
        default:
            return reportUsage(error)
        }
    }

    /// Help and usage errors of the argument parser; anything else is a failure.
    private static func reportUsage(_ error: any Error) -> Int32 {
        let code = Grpo.exitCode(for: error)
        let text = Grpo.fullMessage(for: error)
        if code.isSuccess {
            if !text.isEmpty { Console.print(text) }
            return 0
        }
        Console.error(text)
        return code == .validationFailure ? wrongInput : failed
    }
}

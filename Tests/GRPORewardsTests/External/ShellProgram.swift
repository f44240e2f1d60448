import Foundation
import GRPORewards

/// A program of a few lines of shell, in a directory of its own.
final class ShellProgram: Sendable {
    let directory = NSTemporaryDirectory() + "grpo-reward-\(UUID().uuidString)"

    /// - Parameter body: what it does; `$1` is the directory.
    init(_ body: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        try body.write(toFile: file("program.sh"), atomically: true, encoding: .utf8)
    }

    /// Answers every question in the same way.
    convenience init(answering line: String) throws {
        try self.init("while read -r line; do printf '%s\\n' '\(line)'; done")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func file(_ name: String) -> String { directory + "/" + name }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: file(name), encoding: .utf8)
    }

    /// The reward that asks it.
    var reward: CommandReward { CommandReward(["/bin/sh", file("program.sh"), directory]) }
}

import Foundation

/// What came of a command in the sandbox.
package struct SandboxOutcome: Sendable, Hashable {
    /// What it wrote to standard output and standard error, as far as the limit.
    package let output: [UInt8]
    /// The exit status, 128 and the signal where it was killed; nil where we ended it.
    package let status: Int?
    /// Whether the clock ran out.
    package let isTimedOut: Bool
    /// Whether it wrote more than the limit.
    package let isTruncated: Bool

    package var text: String { String(decoding: output, as: UTF8.self) }
}

extension Sandbox {
    /// Runs a command to its end, or to that of its limits, and returns only when it is gone.
    package func run(
        _ command: [String], input: [UInt8] = [], limits: SandboxLimits
    ) throws(SandboxError) -> SandboxOutcome {
        let source = try Descriptor.input()
        let sink = try Descriptor.pipe()
        let process = try SandboxProcess(
            command, in: self, limits: limits, descriptors: [source.theirs, sink.write, sink.write])
        source.theirs.close()
        sink.write.close()
        let talk = Conversation(
            input: input, to: source.ours, from: sink.read, outputBytes: limits.outputBytes,
            seconds: limits.wallSeconds)
        // Whoever has closed its output has no more to say.
        let status = process.endAfterOutput(talk.end)
        return SandboxOutcome(
            output: talk.output, status: status, isTimedOut: talk.end == .timedOut,
            isTruncated: talk.end == .tooLong)
    }
}

extension SandboxProcess {
    /// The exit status of a process that has closed its output, given a moment to exit.
    fileprivate func endAfterOutput(_ end: Conversation.End) -> Int? {
        guard end == .closed, waitBriefly() else {
            self.end()
            return nil
        }
        let status = wait()
        return status & 0x7F == 0 ? Int(status >> 8 & 0xFF) : 128 + Int(status & 0x7F)
    }
}

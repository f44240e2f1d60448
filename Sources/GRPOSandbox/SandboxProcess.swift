import CGRPOSandbox
import Foundation

/// A command that runs in a sandbox. It is killed with all that it has started when the last
/// reference goes, and with the thread that started it: wait for it where it was started.
final class SandboxProcess {
    private let process: pid_t
    private var status: Int32?

    /// Starts a command.
    ///
    /// - Parameter descriptors: of ours those that become its descriptors 0, 1, 2, …; it gets no
    ///   others, and they stay open here.
    init(
        _ command: [String], in sandbox: Sandbox, limits: SandboxLimits, descriptors: [Descriptor]
    ) throws(SandboxError) {
        var given = descriptors.map(\.number)
        var filter: Descriptor?
        if case .bubblewrap = sandbox.isolation, let program = SystemCallFilter.program {
            // A pipe takes 64 KiB before anybody reads; the program has half of one.
            let ends = try Descriptor.pipe()
            let written = program.withUnsafeBytes {
                write(ends.write.number, $0.baseAddress, $0.count)
            }
            guard written == program.count else { throw .system("write", errno) }
            given.append(ends.read.number)
            filter = ends.read
        }
        let arguments = sandbox.arguments(
            for: command, limits: limits, filter: filter.map { _ in given.count - 1 })
        process = try Self.spawn(arguments, given)
        withExtendedLifetime((filter, descriptors)) {}
    }

    private static func spawn(
        _ arguments: [String], _ descriptors: [Int32]
    ) throws(SandboxError) -> pid_t {
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = Sandbox.environment.map { strdup($0) } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var process: pid_t = 0
        let code = grpo_spawn(
            &process, arguments[0], &argv, &envp, "/", descriptors, Int32(descriptors.count))
        guard code == 0 else { throw .system("starting \(arguments[0])", code) }
        return process
    }

    deinit { end() }

    /// Kills it, waits until it is gone, and says how it ended.
    @discardableResult
    func end() -> Int32 {
        if let status { return status }
        kill(-process, SIGKILL)
        kill(process, SIGKILL)
        return collect()
    }

    /// Whether it ends by itself within half a second.
    func waitBriefly() -> Bool {
        for _ in 0..<100 {
            if status != nil { return true }
            if hasEnded(WNOHANG) {
                end()
                return true
            }
            usleep(5000)
        }
        return false
    }

    /// Waits until it ends by itself.
    func wait() -> Int32 {
        while status == nil, !hasEnded(0), errno == EINTR {}
        return end()
    }

    /// Whether it has exited. It is left to be waited for, so that its group is still its own and
    /// what it has started can be killed.
    private func hasEnded(_ options: Int32) -> Bool {
        var found = siginfo_t()
        let code = waitid(P_PID, id_t(process), &found, WEXITED | WNOWAIT | options)
        return code == 0 && found.si_signo == SIGCHLD
    }

    private func collect() -> Int32 {
        var found: Int32 = 0
        while waitpid(process, &found, 0) < 0, errno == EINTR {}
        status = found
        return found
    }
}

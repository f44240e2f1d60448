import Foundation

/// Runs programs that nobody has read, in bubblewrap.
///
/// Inside there is no network but an empty one; the file system is `/usr` and what `readable`
/// names, read-only, and a private `/tmp` of limited size; there are no processes but its own, no
/// `/proc`, no capabilities and no further user namespaces; a filter (`SystemCallFilter`) refuses
/// the system calls by which kernels are attacked and those that take memory no limit counts.
/// Memory, processor time, processes and files are limited by rlimits, the clock and the output by
/// the caller. All of it dies with the thread that started it.
///
/// Where the caller is root, everything runs as an unprivileged user from before the sandbox is
/// made: limits on processes do not bind root, and neither would permissions if a wall fell.
///
/// What it does not do: control groups, which need rights that a user seldom has, are not used, so
/// memory is bounded by that of a process times `SandboxLimits.processes`, not as a sum.
package struct Sandbox: Sendable, Hashable {
    /// What stands between a program and the machine.
    package enum Isolation: Sendable, Hashable {
        /// bubblewrap, at this path.
        case bubblewrap(String)
        /// Nothing but limits on memory, time and files, and where the caller is root the change
        /// of user. A process that begins a session of its own outlives the program.
        case limitsOnly
    }

    package let isolation: Isolation
    /// Further directories and files of the host to be seen inside, read-only.
    package let readable: [String]
    /// The tools that set limits, priority for the kernel's killer, and the user.
    private let tools: SandboxTools
    private let user: UInt32?

    /// The environment of every program: nothing of the caller's.
    static let environment = [
        "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8", "PYTHONHASHSEED=0",
        "PYTHONDONTWRITEBYTECODE=1", "PYTHONNOUSERSITE=1",
    ]

    /// Finds bubblewrap and tries it.
    ///
    /// - Parameter unsandboxed: go without bubblewrap, whether it is there or not.
    package init(
        unsandboxed: Bool = false, readable: [String] = [],
        searchPath: [String] = SandboxTools.searchPath
    ) throws(SandboxError) {
        self.readable = readable
        tools = try SandboxTools(in: searchPath)
        user = getuid() == 0 ? SandboxUser.unprivileged() : nil
        if unsandboxed {
            isolation = .limitsOnly
        } else {
            guard let path = SandboxTools.path(of: "bwrap", in: searchPath) else {
                throw SandboxError(
                    found: "no bwrap in \(searchPath.joined(separator: ":"))",
                    expected: "bubblewrap, in which programs are run", remedy: Self.remedy)
            }
            guard SystemCallFilter.program != nil else {
                throw SandboxError(
                    found: "a processor whose system calls are not known here",
                    expected: "x86-64 or arm64, for which there is a filter", remedy: Self.bare)
            }
            isolation = .bubblewrap(path)
        }
        try attempt()
    }

    static let remedy =
        "install it (Scripts/setup does; on Debian: apt-get install bubblewrap), or " + bare

    private static let bare =
        "set unsandboxed: true to run what the model writes with no more than limits around it"

    /// A sandbox that cannot be made is an error here, not an ungradable completion later.
    private func attempt() throws(SandboxError) {
        let outcome = try run(["/bin/sh", "-c", "echo inside"], limits: SandboxLimits())
        guard outcome.text == "inside\n" else {
            let said = outcome.text.split(separator: "\n").first.map(String.init) ?? "nothing"
            throw SandboxError(
                found: "a sandbox that does not start: \(said)",
                expected: "bubblewrap 0.8 or later and user namespaces for unprivileged users",
                remedy: "see that `unshare --user true` works for an unprivileged user (in a "
                    + "container: allow it), or set unsandboxed: true to run what the model writes "
                    + "with no more than limits around it")
        }
    }

    /// The program that is started and its arguments, for a command of the sandbox.
    ///
    /// - Parameter filter: the descriptor from which bubblewrap reads the filter of system calls.
    func arguments(
        for command: [String], limits: SandboxLimits, filter: Int?
    ) -> [String] {
        var arguments: [String] = []
        if let choom = tools.choom { arguments += [choom, "-n", "1000", "--"] }
        if let user {
            arguments += [
                tools.setpriv, "--reuid=\(user)", "--regid=\(user)", "--clear-groups",
                "--inh-caps=-all", "--pdeathsig=KILL", "--",
            ]
        }
        switch isolation {
        case .limitsOnly:
            return arguments + [tools.prlimit] + limits.options(countsProcesses: false) + ["--"]
                + command
        case .bubblewrap(let path):
            arguments += [path] + walls(limits)
            if let filter { arguments += ["--seccomp", "\(filter)"] }
            return arguments + ["--", tools.prlimit] + limits.options(countsProcesses: true)
                + ["--"] + command
        }
    }

    /// bubblewrap's options. The order counts: a remount comes after what it covers.
    private func walls(_ limits: SandboxLimits) -> [String] {
        var options = [
            "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent",
            "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox",
            "--ro-bind", "/usr", "/usr",
        ]
        for name in ["bin", "sbin", "lib", "lib32", "lib64"] {
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/" + name) {
                options += ["--symlink", target, "/" + name]
            } else {
                options += ["--ro-bind-try", "/" + name, "/" + name]
            }
        }
        for path in ["/etc/ld.so.cache", "/etc/alternatives"] {
            options += ["--ro-bind-try", path, path]
        }
        options += ["--tmpfs", "/dev"]
        for name in ["null", "zero", "full", "random", "urandom"] {
            options += ["--dev-bind", "/dev/" + name, "/dev/" + name]
        }
        options += ["--size", "\(limits.temporaryBytes)", "--perms", "1777", "--tmpfs", "/tmp"]
        for path in readable { options += ["--ro-bind", path, path] }
        return options + ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]
    }
}

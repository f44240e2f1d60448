import Foundation

/// A program that runs beside this one, with a pipe to its standard input and from its standard
/// output and standard error.
///
/// It leads a process group of its own, so that Ctrl-C does not end it before the run has saved, and
/// so that it can be killed with all that it started. It ends when the object goes away, and when
/// this process exits.
final class ChildProcess {
    let identifier: pid_t
    /// Our ends, non-blocking; -1 once closed.
    private(set) var input: Int32
    private(set) var output: Int32
    private(set) var errors: Int32
    private var status: Int32?

    /// - Parameters:
    ///   - arguments: the program, looked for in PATH where it has no slash, and its arguments.
    ///   - directory: where it runs; nil: where this process does.
    /// - Throws: `RewardError.notStarted`.
    init(_ arguments: [String], directory: String?) throws(RewardError) {
        precondition(!arguments.isEmpty, "no program to start, expected one")
        if let reason = Self.obstacle(to: arguments[0], directory: directory) {
            throw .notStarted(program: "'\(arguments[0])'", reason: reason)
        }
        func refused(_ code: Int32) -> RewardError {
            .notStarted(program: "'\(arguments[0])'", reason: String(cString: strerror(code)))
        }
        // The shell is gone once it has changed the directory.
        let arguments =
            directory.map {
                ["/bin/sh", "-c", "cd -- \"$1\" && shift && exec \"$@\"", "sh", $0] + arguments
            } ?? arguments
        ChildProcesses.prepare()
        var pipes: [(read: Int32, write: Int32)] = []
        defer { for pipe in pipes { close(pipe.read, pipe.write) } }
        for _ in 0..<3 {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw refused(errno) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            pipes.append((ends[0], ends[1]))
        }

        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, pipes[0].read, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[1].write, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, pipes[2].write, STDERR_FILENO)
        // What this process ignores or blocks is its own affair: a program that writes into a pipe
        // which nobody reads is to end.
        var (none, usual) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigemptyset(&usual)
        for number in [SIGPIPE, SIGXFSZ, SIGINT, SIGTERM, SIGHUP] { sigaddset(&usual, number) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGMASK)
                | Int16(POSIX_SPAWN_SETSIGDEF))

        var words = arguments.map { strdup($0) } + [nil]
        var variables =
            ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var identifier: pid_t = 0
        let code = posix_spawnp(
            &identifier, arguments[0], &actions, &attributes, &words, &variables)
        guard code == 0 else { throw refused(code) }
        self.identifier = identifier
        (input, output, errors) = (pipes[0].write, pipes[1].read, pipes[2].read)
        (pipes[0].write, pipes[1].read, pipes[2].read) = (-1, -1, -1)
        for end in [input, output, errors] {
            _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) | O_NONBLOCK)
        }
        ChildProcesses.add(identifier)
    }

    deinit { end() }

    /// Why a program cannot be started in a directory, or nil where it seems that it can.
    static func obstacle(to program: String, directory: String?) -> String? {
        var isDirectory: ObjCBool = false
        if let directory,
            !FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory)
                || !isDirectory.boolValue
        {
            return "found no directory \(directory)"
        }
        let places: [String]
        if program.hasPrefix("/") {
            places = [program]
        } else if program.contains("/") {
            places = [(directory.map { $0 + "/" } ?? "") + program]
        } else {
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            places = path.split(separator: ":").map { "\($0)/\(program)" }
        }
        if places.contains(where: { access($0, X_OK) == 0 }) { return nil }
        return program.contains("/")
            ? "found no executable file \(places[0])" : "found no program '\(program)' in PATH"
    }

    /// Lets the program see the end of its input.
    func closeInput() {
        close(input)
        input = -1
    }

    /// Stops listening to standard error, which has ended.
    func closeErrors() {
        close(errors)
        errors = -1
    }

    /// How it ended, such as `exited with 1`, where it does so within a moment; else it is killed.
    func endSoon() -> String {
        for _ in 0..<500 where status == nil {
            reap(WNOHANG)
            if status == nil { usleep(4000) }
        }
        if let status { return Self.description(of: status) }
        end()
        return "closed its output"
    }

    /// Kills it, with all that it started.
    func end() {
        close(input, output, errors)
        (input, output, errors) = (-1, -1, -1)
        // What it started may outlive it, in its group.
        kill(-identifier, SIGKILL)
        if status == nil { reap(0) }
    }

    private func reap(_ options: Int32) {
        var status: Int32 = 0
        var found = waitpid(identifier, &status, options)
        while found == -1, errno == EINTR { found = waitpid(identifier, &status, options) }
        guard found != 0 else { return }
        self.status = found == identifier ? status : 0
        ChildProcesses.remove(identifier)
    }

    private static func description(of status: Int32) -> String {
        let signal = status & 0x7F
        return signal == 0 ? "exited with \((status >> 8) & 0xFF)" : "was ended by signal \(signal)"
    }
}

private func close(_ descriptors: Int32...) {
    for descriptor in descriptors where descriptor >= 0 { _ = Foundation.close(descriptor) }
}

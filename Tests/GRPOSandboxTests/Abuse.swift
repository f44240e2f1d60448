import Testing

/// A program that tries to get out of the sandbox, or to take more than its share.
///
/// It prints `ESCAPED` and how, where it succeeds, and `held` at its end. In its text `{CANARY}` is
/// a file of the host that everybody may write, `{PORT}` a port on which the host listens, `{PID}`
/// the process that runs the tests.
struct Abuse: Sendable, CustomTestStringConvertible {
    /// How it must end.
    enum End: Sendable {
        /// By itself, having been refused all that it tried.
        case held
        /// Killed by a limit, or by the kernel.
        case killed
    }

    let name: String
    let end: End
    /// Whether it succeeds where there is no sandbox and does no harm there: then the tests show
    /// that it would be noticed.
    let isControl: Bool
    let command: [String]

    var testDescription: String { name }

    /// A program in Python, behind a few helpers.
    static func python(
        _ name: String, ends end: End = .held, isControl: Bool = false, _ body: String
    ) -> Abuse {
        let source = "# {MARK}\n" + helpers + body + "\nprint('held', flush=True)\n"
        return Abuse(
            name: name, end: end, isControl: isControl,
            command: ["/usr/bin/python3", "-s", "-c", source])
    }

    /// A program for the shell.
    static func shell(
        _ name: String, ends end: End = .held, isControl: Bool = false, _ body: String
    ) -> Abuse {
        Abuse(
            name: name, end: end, isControl: isControl,
            command: ["/bin/bash", "-c", "# {MARK}\n" + body + "\necho held\n"])
    }

    /// `refused` wants an error of the operating system; `call` a system call that fails, by its
    /// numbers on x86-64 and arm64.
    private static let helpers = """
        import ctypes, errno, os, platform, signal, socket, sys, time
        libc = ctypes.CDLL(None, use_errno=True)
        canary = "{CANARY}"
        def escaped(*what):
            print("ESCAPED", *what, flush=True)
        def refused(function, *arguments, **named):
            try:
                result = function(*arguments, **named)
            except (OSError, ValueError, MemoryError):
                return
            escaped(getattr(function, "__name__", function), arguments, result)
        def call(x86, arm, *arguments):
            number = x86 if platform.machine() == "x86_64" else arm
            ctypes.set_errno(0)
            result = libc.syscall(ctypes.c_long(number), *arguments)
            if result != -1:
                escaped("system call", number, result)

        """

    static let corpus = network + files + processes + memory + kernel
}

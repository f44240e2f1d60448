import CGRPOSandbox
import Foundation

/// A file descriptor that is closed with the last reference.
final class Descriptor {
    private(set) var number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close() }

    func close() {
        guard number >= 0 else { return }
        Foundation.close(number)
        number = -1
    }

    /// A new pipe.
    static func pipe() throws(SandboxError) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        let code = grpo_sandbox_pipe(&ends)
        guard code == 0 else { throw .system("pipe", code) }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// A way to send a program what it reads, at most as fast as it reads.
    static func input() throws(SandboxError) -> (theirs: Descriptor, ours: Descriptor) {
        var ends: [Int32] = [-1, -1]
        let code = grpo_sandbox_sockets(&ends)
        guard code == 0 else { throw .system("socketpair", code) }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    /// Where nothing is, for descriptors that a program shall not use.
    static func nothing() throws(SandboxError) -> Descriptor {
        let opened = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard opened >= 0 else { throw .system("/dev/null", errno) }
        let raised = fcntl(opened, F_DUPFD_CLOEXEC, 64)
        let code = errno
        Foundation.close(opened)
        guard raised >= 0 else { throw .system("/dev/null", code) }
        return Descriptor(raised)
    }
}

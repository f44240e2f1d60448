import Foundation
import Synchronization

/// The programs that run beside this one, so that none is left behind.
enum ChildProcesses {
    private static let running = Mutex<Set<pid_t>>([])

    private static let prepared: Void = {
        // A write to a program that has gone is to fail, not to end this process.
        signal(SIGPIPE, SIG_IGN)
        atexit { ChildProcesses.endAll() }
    }()

    /// Before the first program starts.
    static func prepare() { _ = prepared }

    static func add(_ identifier: pid_t) {
        running.withLock { _ = $0.insert(identifier) }
    }

    static func remove(_ identifier: pid_t) {
        running.withLock { _ = $0.remove(identifier) }
    }

    private static func endAll() {
        for identifier in running.withLock({ $0 }) { kill(-identifier, SIGTERM) }
    }
}

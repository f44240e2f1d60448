import Foundation

/// Holds a run directory for this process. The system frees the lock when the process ends,
/// however it ends, so a stale file never blocks a run.
package final class RunLock {
    static let name = ".lock"
    private let file: FileDescriptor

    init(directory: String) throws(RunError) {
        file = try FileDescriptor(path: directory + "/" + Self.name, flags: O_RDWR | O_CREAT)
        guard try file.lock() else {
            throw RunError(
                .input, path: directory, "another process is running here",
                remedy: "wait for it to end, or choose another --output")
        }
    }
}

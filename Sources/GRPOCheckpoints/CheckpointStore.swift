import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The checkpoints of one stage: a directory of `step-000100.h5` files with their manifests.
///
/// At every instant, also of a crash, a full disk or a failing device, the last checkpoint that was
/// saved stays whole. A checkpoint counts only once its manifest vouches for it.
package struct CheckpointStore: Sendable {
    package let directory: String
    /// How many verified checkpoints stay; nil for all.
    package let keep: Int?
    let files: any FileOperations
    let verified = VerifiedFiles()

    static let patience: Duration = .seconds(1)

    var access: FileAccess { FileAccess(files: files) }

    /// Opens the store and removes what writers that died have left unfinished. The directory is
    /// made by the first save.
    ///
    /// - Parameter keep: at least 2, so that one bad save never takes the last good state with it.
    package init(
        directory: String, keep: Int? = nil, files: any FileOperations = SystemFiles()
    ) throws(CheckpointError) {
        precondition(keep ?? 2 >= 2, "keep must be at least 2, not \(keep ?? 0)")
        guard !directory.isEmpty, !directory.utf8.contains(0) else {
            throw .invalidName(directory, reason: "it is no path of a directory")
        }
        self.directory = directory
        self.keep = keep
        self.files = files
        do throws(CheckpointError) {
            guard (try? files.status(of: directory)) != nil else { return }
            try locked(patience: .zero) { () throws(CheckpointError) in try removeLeftovers() }
        } catch .busy {
            // A living writer is at work: the unfinished files are its own.
        } catch .system(_, _, let cause) where [EACCES, EPERM, EROFS].contains(cause.code) {
            // A directory that may only be read is as good for reading.
        }
    }

    /// The steps that have a file here, ascending, sound or not.
    package func steps() throws(CheckpointError) -> [Int] {
        Set(try names().compactMap { CheckpointFiles.step(of: $0) }).sorted()
    }

    /// The newest sound checkpoint, or nil when there is none, with the newer ones that are not
    /// sound and why.
    package func latestVerified() throws(CheckpointError) -> (
        checkpoint: Checkpoint?, skipped: [SkippedCheckpoint]
    ) {
        var skipped: [SkippedCheckpoint] = []
        for step in try steps().reversed() {
            do throws(CheckpointError) {
                return (try verify(step: step), skipped)
            } catch {
                let path = CheckpointFiles.path(step: step, in: directory)
                skipped.append(SkippedCheckpoint(path: path, reason: error))
            }
        }
        return (nil, skipped)
    }

    /// Checks the checkpoint of one step.
    package func verify(step: Int) throws(CheckpointError) -> Checkpoint {
        try Checkpoint.verify(CheckpointFiles.path(step: step, in: directory), files: files)
    }

    /// Removes all checkpoints after `step`: what a run does that goes on from there.
    package func removeAll(after step: Int) throws(CheckpointError) {
        guard try !names().isEmpty else { return }
        try locked(patience: Self.patience) { () throws(CheckpointError) in
            // Newest first, so that an interruption leaves no gap in the sequence.
            for late in try steps().reversed() where late > step { try remove(step: late) }
            try access.synchronizeDirectory(directory)
        }
    }

    /// Removes the manifest first: from then on the file counts for nothing.
    func remove(step: Int) throws(CheckpointError) {
        let path = CheckpointFiles.path(step: step, in: directory)
        verified.forget(path)
        try removeIfPresent(Checkpoint.manifestPath(of: path))
        try removeIfPresent(path)
    }

    func removeIfPresent(_ path: String) throws(CheckpointError) {
        let files = files
        do throws(SystemError) {
            try files.remove(path)
        } catch {
            if error.code == ENOENT { return }
            throw .system(path: path, action: "remove", cause: error)
        }
    }

    /// Removes unfinished files. Only under the directory's lock: no writer is alive then.
    func removeLeftovers() throws(CheckpointError) {
        for name in try names() {
            guard let final = TemporaryName.finalName(of: name),
                CheckpointFiles.step(of: final) != nil
            else { continue }
            try removeIfPresent((directory as NSString).appendingPathComponent(name))
        }
    }

    /// Runs `body` while holding the directory's lock, which the system releases when a process
    /// dies. Waits for it at most `patience`, then throws `.busy`: another program that opens the
    /// store may hold the lock for a moment.
    func locked<Result>(
        patience: Duration, _ body: () throws(CheckpointError) -> Result
    ) throws(CheckpointError) -> Result {
        let (access, files, directory) = (access, files, directory)
        let descriptor = try access.perform("open", directory) { () throws(SystemError) in
            try files.open(directory, for: .directory)
        }
        defer { try? files.close(descriptor) }
        let deadline = ContinuousClock.now + patience
        while true {
            do throws(CheckpointError) {
                try access.perform("lock", directory) { () throws(SystemError) in
                    try files.lock(descriptor)
                }
                break
            } catch .system(_, _, let cause) where cause.code == EWOULDBLOCK {
                if ContinuousClock.now >= deadline { throw .busy(directory: directory) }
                usleep(5_000)
            }
        }
        defer { try? files.unlock(descriptor) }
        return try body()
    }

    /// The names in the directory; none when it does not exist.
    private func names() throws(CheckpointError) -> [String] {
        let (access, files, directory) = (access, files, directory)
        do throws(CheckpointError) {
            return try access.perform("list", directory) { () throws(SystemError) in
                try files.names(in: directory)
            }
        } catch .system(_, _, let cause) where cause.code == ENOENT {
            return []
        }
    }
}

/// The files that were found sound since the store was opened, so that retention need not read
/// them all again after each save. A file that has changed since counts as unknown.
final class VerifiedFiles: Sendable {
    private let known = Mutex<[String: FileStatus]>([:])

    func remember(_ path: String, _ status: FileStatus) {
        known.withLock { $0[path] = status }
    }

    func forget(_ path: String) {
        known.withLock { $0[path] = nil }
    }

    func knows(_ path: String, _ status: FileStatus) -> Bool {
        known.withLock { $0[path] == status }
    }
}

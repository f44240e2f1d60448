import Foundation

/// Writes small files so that a reader, and the next start after a crash, sees either the old file
/// whole or the new one whole.
package enum AtomicFile {
    /// Writes text in UTF-8; makes the directories that lead to `path`.
    package static func write(
        _ text: String, to path: String, files: any FileOperations = SystemFiles()
    ) throws(CheckpointError) {
        try write(Array(text.utf8), to: path, files: files)
    }

    /// Writes `bytes` to a temporary name in the same directory, makes them durable, renames, and
    /// makes the name durable.
    package static func write(
        _ bytes: [UInt8], to path: String, files: any FileOperations = SystemFiles()
    ) throws(CheckpointError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .invalidName(path, reason: "it is no path")
        }
        let access = FileAccess(files: files)
        let parent = (path as NSString).deletingLastPathComponent
        let directory = parent.isEmpty ? "." : parent
        try access.makeDirectories(directory)
        let temporary = TemporaryName.make(for: path)
        try access.create(temporary, reported: path) { (write) throws(CheckpointError) in
            try bytes.withUnsafeBufferPointer { (buffer) throws(CheckpointError) in
                try write(UnsafeRawBufferPointer(buffer))
            }
        }
        do throws(CheckpointError) {
            try access.rename(temporary, to: path)
        } catch {
            try? files.remove(temporary)
            throw error
        }
        try access.synchronizeDirectory(directory)
    }
}

import Crypto
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a save has done.
package struct SavedCheckpoint: Sendable {
    package let checkpoint: Checkpoint
    /// The steps whose checkpoints were removed because newer ones suffice.
    package let removedSteps: [Int]
    /// Why older checkpoints could not be removed, if so; the new one is safe nonetheless.
    package let retentionProblem: CheckpointError?
}

extension CheckpointStore {
    /// Saves a state as `step-NNNNNN.h5` with its manifest.
    ///
    /// The order is what makes it safe: write under a temporary name, flush to the device, read
    /// back and compare, do the same with the manifest, rename both, flush the directory, and only
    /// then remove what is older than the `keep` newest sound checkpoints. After any error the
    /// checkpoints that were there are there still, and nothing unfinished remains. Only when the
    /// last call, flushing the directory, fails is the new one there too, but perhaps not for good.
    ///
    /// - Parameters:
    ///   - parent: the hash of the checkpoint that the stage started from.
    ///   - provenance: further facts for the manifest, such as hashes of the data.
    ///   - createdBy: the version of the program.
    @discardableResult
    package func save(
        _ content: CheckpointContent, step: Int, stage: String, parent: String? = nil,
        provenance: [String: String] = [:], createdBy: String
    ) throws(CheckpointError) -> SavedCheckpoint {
        precondition(step >= 0, "a step is never negative: \(step)")
        let datasets = try content.sortedDatasets()
        for array in datasets { try FiniteCheck.check(array) }
        try access.makeDirectories(directory)
        return try locked(patience: Self.patience) { () throws(CheckpointError) in
            try removeLeftovers()
            let path = CheckpointFiles.path(step: step, in: directory)
            let temporary = TemporaryName.make(for: path)
            let image = try HDF5Image(
                datasets,
                attributes: [
                    ("format", "grpo-checkpoint"),
                    ("format_version", String(CheckpointManifest.formatVersion)),
                ])
            let hash = try write(image, to: temporary, reported: path)
            do throws(CheckpointError) {
                try compare(temporary, with: image, reported: path)
                let manifest = CheckpointManifest(
                    createdBy: createdBy, stage: stage, step: step, parentSHA256: parent,
                    provenance: provenance, fileByteCount: image.byteCount, fileSHA256: hash,
                    datasets: datasets.map { array in
                        var hash = SHA256()
                        hash.update(bufferPointer: array.bytes())
                        return .init(
                            name: array.name, type: array.type, shape: array.shape,
                            sha256: hash.finalize().hex)
                    })
                try publish(temporary, as: path, manifest)
                let problem: CheckpointError?
                var removed: [Int] = []
                do throws(CheckpointError) {
                    removed = try removeOld()
                    problem = nil
                } catch {
                    problem = error
                }
                return SavedCheckpoint(
                    checkpoint: Checkpoint(path: path, manifest: manifest), removedSteps: removed,
                    retentionProblem: problem)
            } catch {
                try? files.remove(temporary)
                throw error
            }
        }
    }

    /// Writes the image and returns its SHA-256.
    private func write(
        _ image: borrowing HDF5Image, to temporary: String, reported path: String
    ) throws(CheckpointError) -> String {
        var hash = SHA256()
        try access.create(temporary, reported: path) { (write) throws(CheckpointError) in
            try image.stream { (part) throws(CheckpointError) in
                hash.update(bufferPointer: part)
                try write(part)
            }
        }
        return hash.finalize().hex
    }

    /// Reads the file back and compares every byte with what was to be written.
    private func compare(
        _ temporary: String, with image: borrowing HDF5Image, reported path: String
    ) throws(CheckpointError) {
        let reader = try FileReader(temporary, files: files)
        var position = 0
        try image.stream { (part) throws(CheckpointError) in
            let found = try reader.next(part.count)
            guard let written = part.baseAddress, let read = found.baseAddress,
                found.count == part.count, memcmp(read, written, part.count) == 0
            else {
                throw .damaged(
                    path: path, found: "other bytes than were written after byte \(position)",
                    expected: "the file as written")
            }
            position += part.count
        }
        guard try reader.next(1).isEmpty else {
            throw .damaged(
                path: path, found: "more than \(position) bytes", expected: "the file as written")
        }
    }

    /// Gives the finished file its name and its manifest. A sound checkpoint of the same step is
    /// never replaced by another state: between two renames both would be lost.
    private func publish(
        _ temporary: String, as path: String, _ manifest: CheckpointManifest
    ) throws(CheckpointError) {
        let manifestPath = Checkpoint.manifestPath(of: path)
        let existing = try existingCheckpoint(at: path)
        if let existing, existing.hash != manifest.fileSHA256 { throw .stepExists(path: path) }

        let text = manifest.encoded
        let temporaryManifest = TemporaryName.make(for: manifestPath)
        try access.create(temporaryManifest, reported: manifestPath) {
            (write) throws(CheckpointError) in
            try text.withUnsafeBufferPointer { (buffer) throws(CheckpointError) in
                try write(UnsafeRawBufferPointer(buffer))
            }
        }
        do throws(CheckpointError) {
            guard try access.contents(of: temporaryManifest, limit: text.count + 1) == text else {
                throw .damaged(
                    path: manifestPath, found: "other bytes than were written",
                    expected: "the manifest as written")
            }
            if existing == nil {
                try access.rename(temporary, to: path)
            } else {
                try removeIfPresent(temporary)
            }
            do throws(CheckpointError) {
                try access.rename(temporaryManifest, to: manifestPath)
            } catch {
                if existing == nil { try? files.remove(path) }
                throw error
            }
        } catch {
            try? files.remove(temporaryManifest)
            throw error
        }
        try access.synchronizeDirectory(directory)
        if let status = try? files.status(of: path) { verified.remember(path, status) }
    }

    /// The sound checkpoint at `path`; nil when there is none or it is damaged. A device that cannot
    /// tell is an error, because the file might be sound.
    private func existingCheckpoint(at path: String) throws(CheckpointError) -> Checkpoint? {
        do throws(CheckpointError) {
            return try Checkpoint.verify(path, files: files)
        } catch .damaged {
            return nil
        } catch .system(_, _, let cause) where cause.code == ENOENT {
            return nil
        }
    }

    /// Removes everything older than the `keep` newest sound checkpoints and returns its steps.
    /// Damaged files are not counted, so they never push out a sound one.
    private func removeOld() throws(CheckpointError) -> [Int] {
        guard let keep else { return [] }
        var sound = 0
        var removed: [Int] = []
        for step in try steps().reversed() {
            if sound >= keep {
                try remove(step: step)
                removed.append(step)
            } else if isSound(step) {
                sound += 1
            }
        }
        if !removed.isEmpty { try access.synchronizeDirectory(directory) }
        return removed
    }

    private func isSound(_ step: Int) -> Bool {
        let path = CheckpointFiles.path(step: step, in: directory)
        guard let status = try? files.status(of: path) else { return false }
        if verified.knows(path, status) { return true }
        guard (try? Checkpoint.verify(path, files: files)) != nil else { return false }
        verified.remember(path, status)
        return true
    }
}

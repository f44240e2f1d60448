import Crypto
import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A checkpoint whose file has been found to be, byte for byte, the one its manifest describes.
package struct Checkpoint: Sendable, Equatable {
    /// The HDF5 file; the manifest lies beside it under the same name with `.json`.
    package let path: String
    package let manifest: CheckpointManifest

    package var step: Int { manifest.step }
    /// The SHA-256 of the file: equal states have equal hashes.
    package var hash: String { manifest.fileSHA256 }

    /// Opens the file for reading its datasets.
    package func open() throws(CheckpointError) -> HDF5File { try HDF5File(opening: path) }

    /// Checks the `.h5` file at `path` against its manifest without handing it to the HDF5 library:
    /// first the manifest's own hash, then the file's length, then its hash.
    package static func verify(
        _ path: String, files: any FileOperations = SystemFiles()
    ) throws(CheckpointError) -> Checkpoint {
        let access = FileAccess(files: files)
        let manifestPath = manifestPath(of: path)
        let text: [UInt8]
        do throws(CheckpointError) {
            text = try access.contents(of: manifestPath, limit: maximumManifestBytes)
        } catch {
            if case .system(_, _, let cause) = error, cause.code == ENOENT {
                throw .damaged(
                    path: path, found: "no manifest",
                    expected: "\((manifestPath as NSString).lastPathComponent) beside it")
            }
            throw error
        }
        let manifest = try CheckpointManifest(verifying: text, path: manifestPath)
        if let step = CheckpointFiles.step(of: path), step != manifest.step {
            throw .damaged(
                path: manifestPath, found: "the manifest of step \(manifest.step)",
                expected: "that of step \(step)")
        }
        let length = try access.perform("read", path) { () throws(SystemError) in
            try files.status(of: path).byteCount
        }
        guard length == manifest.fileByteCount else {
            throw .damaged(
                path: path, found: "\(length) bytes", expected: "\(manifest.fileByteCount)")
        }
        var hash = SHA256()
        try access.read(path, chunkBytes: HDF5Image.chunkBytes) { hash.update(bufferPointer: $0) }
        let found = hash.finalize().hex
        guard found == manifest.fileSHA256 else {
            throw .damaged(
                path: path, found: "SHA-256 \(found)", expected: manifest.fileSHA256)
        }
        return Checkpoint(path: path, manifest: manifest)
    }

    static func manifestPath(of path: String) -> String {
        (path as NSString).deletingPathExtension + ".json"
    }

    private static let maximumManifestBytes = 64 << 20
}

/// A checkpoint that cannot be used, and why.
package struct SkippedCheckpoint: Sendable, Equatable, CustomStringConvertible {
    package let path: String
    package let reason: CheckpointError

    package var description: String { "skipped \(path): \(reason)" }
}

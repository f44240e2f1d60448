import Crypto
import Foundation

/// SHA-256 of texts and files, for identities: 64 hexadecimal digits.
package enum Hash {
    package static func sha256(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).hex
    }

    /// Of a file's bytes, read front to back in pieces.
    package static func sha256(ofFile path: String) throws(CheckpointError) -> String {
        var hash = SHA256()
        let access = FileAccess(files: SystemFiles())
        try access.read(path, chunkBytes: HDF5Image.chunkBytes) { hash.update(bufferPointer: $0) }
        return hash.finalize().hex
    }
}

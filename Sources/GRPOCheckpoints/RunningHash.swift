import Crypto
import Foundation

/// SHA-256 over bytes that come one piece after the other.
package struct RunningHash {
    private var hash = SHA256()

    package init() {}

    package mutating func update(_ bytes: [UInt8]) { hash.update(data: bytes) }

    /// Of everything so far, 64 hexadecimal digits.
    package var text: String { hash.finalize().hex }
}

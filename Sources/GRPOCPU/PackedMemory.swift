import GRPOTensors
import Synchronization

/// Memory for packed weights, many to a large block of the pool's.
///
/// Decoding reads every weight once a token. On huge pages memory is read faster, and most weights
/// alone are smaller than such a page.
package final class PackedMemory: Sendable {
    /// A piece of a block, which lives as long as any of its pieces.
    struct Piece: @unchecked Sendable {
        let bytes: UnsafeMutableRawPointer
        private let block: Storage

        fileprivate init(block: Storage, offset: Int) {
            bytes = block.bytes + offset
            self.block = block
        }
    }

    private struct Current: @unchecked Sendable {
        var block: Storage?
        var used = 0
        var taken = 0
    }

    private static let blockBytes = 32 << 20

    private let storage: StoragePool
    private let current = Mutex(Current())

    init(_ storage: StoragePool) {
        self.storage = storage
    }

    /// Bytes of all blocks taken from the pool so far, filled or not.
    package var bytesTaken: Int { current.withLock { $0.taken } }

    /// Undefined contents, aligned to 64 bytes.
    func piece(byteCount: Int) -> Piece {
        let size = (byteCount + 63) / 64 * 64
        return current.withLock { current in
            guard size < Self.blockBytes / 2 else {
                current.taken += size
                return Piece(block: storage.storage(byteCount: size), offset: 0)
            }
            if let block = current.block, current.used + size <= block.byteCount {
                defer { current.used += size }
                return Piece(block: block, offset: current.used)
            }
            let block = storage.storage(byteCount: Self.blockBytes)
            current = Current(
                block: block, used: size, taken: current.taken + Self.blockBytes)
            return Piece(block: block, offset: 0)
        }
    }
}

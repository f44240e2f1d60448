import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A block of memory that returns to its pool when the last tensor on it is gone.
package final class Storage {
    package let bytes: UnsafeMutableRawPointer
    /// The usable size, in bytes.
    package let byteCount: Int
    private let block: StoragePool.Block
    private let pool: StoragePool

    fileprivate init(byteCount: Int, block: StoragePool.Block, pool: StoragePool) {
        self.bytes = block.address
        self.byteCount = byteCount
        self.block = block
        self.pool = pool
    }

    deinit {
        pool.take(back: block)
    }
}

/// Recycles blocks of memory by size class and knows how much was ever in use at once.
///
/// Size classes are powers of two with three steps between them, so that at most a fifth of a
/// block is slack, and at most 2 MiB, a huge page, of a large one. Blocks are aligned to 64 bytes, a cache line and an AVX-512 vector.
package final class StoragePool: Sendable {
    package struct Block: @unchecked Sendable {
        let address: UnsafeMutableRawPointer
        let capacity: Int
    }

    private struct State {
        var free: [Int: [Block]] = [:]
        var inUse = 0
        var held = 0
        var highWater = 0
        /// The most that was ever in use.
        var peak = 0

        /// The smallest free block that holds `capacity` and is at most half as large again.
        mutating func reuse(_ capacity: Int) -> Block? {
            let fitting = free.keys.filter { (capacity...capacity / 2 * 3).contains($0) }
            guard let size = fitting.min() else { return nil }
            let block = free[size]?.popLast()
            if free[size]?.isEmpty == true { free[size] = nil }
            return block
        }

        /// Gives free blocks back to the system, the largest first, until `capacity` more exceed
        /// the peak by at most 8 MiB: ragged batches ask for ever new sizes. (A share of the peak
        /// would be too much: weights, gradients and moments are most of it and never free.)
        mutating func makeRoom(for capacity: Int) {
            let limit = max(peak, inUse + capacity) + (1 << 23)
            while held + capacity > limit, let size = free.keys.max() {
                guard let block = free[size]?.popLast() else { break }
                if free[size]?.isEmpty == true { free[size] = nil }
                block.address.deallocate()
                held -= size
            }
        }
    }

    private let state = Mutex(State())

    package init() {}

    deinit {
        state.withLock { state in
            for blocks in state.free.values {
                for block in blocks { block.address.deallocate() }
            }
        }
    }

    /// A block of at least `byteCount` bytes with undefined contents.
    package func storage(byteCount: Int) -> Storage {
        let capacity = Self.sizeClass(byteCount)
        let block = state.withLock { state -> Block in
            let block: Block
            if let free = state.reuse(capacity) {
                block = free
            } else {
                state.makeRoom(for: capacity)
                state.held += capacity
                block = Block(address: Self.allocate(capacity), capacity: capacity)
            }
            state.inUse += block.capacity
            state.highWater = max(state.highWater, state.inUse)
            state.peak = max(state.peak, state.inUse)
            return block
        }
        return Storage(byteCount: byteCount, block: block, pool: self)
    }

    fileprivate func take(back block: Block) {
        state.withLock { state in
            state.inUse -= block.capacity
            state.free[block.capacity, default: []].append(block)
        }
    }

    /// Gives the unused blocks back to the system.
    package func trim() {
        state.withLock { state in
            for (capacity, blocks) in state.free {
                for block in blocks { block.address.deallocate() }
                state.held -= capacity * blocks.count
            }
            state.free = [:]
        }
    }

    /// The largest number of bytes in use at once since the last `beginPhase`.
    package var highWaterMark: Int {
        state.withLock { $0.highWater }
    }

    /// Bytes taken from the system, in use or not.
    package var bytesHeld: Int {
        state.withLock { $0.held }
    }

    /// Bytes in use now.
    package var bytesInUse: Int {
        state.withLock { $0.inUse }
    }

    /// Starts a new measurement of the high-water mark at what is in use now.
    package func beginPhase() {
        state.withLock { $0.highWater = $0.inUse }
    }

    /// Memory from the system. Large blocks ask for huge pages: the first touch of each page costs
    /// a fault, and training touches gigabytes.
    private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
        let hugePage = 1 << 21
        guard capacity >= 2 * hugePage else {
            return .allocate(byteCount: capacity, alignment: 64)
        }
        let address = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: hugePage)
        #if os(Linux)
            madvise(address, capacity, Int32(MADV_HUGEPAGE))
        #endif
        return address
    }

    static func sizeClass(_ byteCount: Int) -> Int {
        precondition(byteCount >= 0, "a storage of \(byteCount) bytes")
        guard byteCount > 256 else { return 256 }
        let step = min(1 << 21, 1 << (Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount - 2))
        return (byteCount + step - 1) / step * step
    }
}

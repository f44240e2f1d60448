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
/// Size classes are powers of two with three steps between them, so that at most a fifth of a new
/// block is slack, and at most 2 MiB, a huge page, of a large one. A free block serves whatever
/// fills two thirds of it. Blocks are aligned to 64 bytes, a cache line and an AVX-512 vector.
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
        /// The least in use since the peak: what lasts, such as weights and moments.
        var lasting = 0

        /// The smallest free block that holds `capacity` and is at most half as large again.
        mutating func reuse(_ capacity: Int) -> Block? {
            let fitting = free.keys.filter { (capacity...capacity / 2 * 3).contains($0) }
            guard let size = fitting.min() else { return nil }
            let block = free[size]?.popLast()
            if free[size]?.isEmpty == true { free[size] = nil }
            return block
        }

        /// Gives free blocks back to the system, the largest first, until `capacity` more exceed
        /// the peak by a quarter of what comes and goes, between 8 and 72 MiB: ragged batches ask
        /// for ever new sizes, and a page that was given back is cleared when it is touched again.
        mutating func makeRoom(for capacity: Int) {
            let slack = min(64 << 20, (peak - min(lasting, peak)) / 4) + (8 << 20)
            let limit = max(peak, inUse + capacity) + slack
            while held + capacity > limit, let size = free.keys.max() {
                guard let block = free[size]?.popLast() else { break }
                if free[size]?.isEmpty == true { free[size] = nil }
                StoragePool.deallocate(block)
                held -= size
            }
        }
    }

    private let state = Mutex(State())

    package init() {}

    deinit {
        state.withLock { state in
            for blocks in state.free.values {
                for block in blocks { Self.deallocate(block) }
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
            if state.inUse > state.peak { (state.peak, state.lasting) = (state.inUse, state.inUse) }
            return block
        }
        return Storage(byteCount: byteCount, block: block, pool: self)
    }

    fileprivate func take(back block: Block) {
        state.withLock { state in
            state.inUse -= block.capacity
            state.lasting = min(state.lasting, state.inUse)
            state.free[block.capacity, default: []].append(block)
        }
    }

    /// Gives the unused blocks back to the system.
    package func trim() {
        state.withLock { state in
            for (capacity, blocks) in state.free {
                for block in blocks { Self.deallocate(block) }
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

    /// Blocks from here on are mapped, so that they go back to the system when they are freed: a
    /// heap keeps what lies below its last block, and of the blocks of ragged batches that was a
    /// tenth of a training run's memory.
    private static let leastMapped = 1 << 20
    private static let hugePage = 1 << 21

    /// Memory from the system. Large blocks ask for huge pages: the first touch of each page costs
    /// a fault, and training touches gigabytes.
    private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
        #if os(Linux)
            if capacity >= leastMapped { return map(capacity) }
        #endif
        return .allocate(byteCount: capacity, alignment: 64)
    }

    private static func deallocate(_ block: Block) {
        #if os(Linux)
            if block.capacity >= leastMapped {
                munmap(block.address, block.capacity)
                return
            }
        #endif
        block.address.deallocate()
    }

    #if os(Linux)
        /// - Parameter capacity: a multiple of the page size, as all size classes of 1 MiB and more.
        private static func map(_ capacity: Int) -> UnsafeMutableRawPointer {
            let isHuge = capacity >= hugePage
            let slack = isHuge ? hugePage : 0
            guard
                let start = mmap(
                    nil, capacity + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                    0), start != UnsafeMutableRawPointer(bitPattern: -1)
            else { preconditionFailure("no memory for a block of \(capacity) bytes") }
            guard isHuge else { return start }
            let address = start.alignedUp(toMultipleOf: hugePage)
            let before = address - start
            if before > 0 { munmap(start, before) }
            if before < slack { munmap(address + capacity, slack - before) }
            madvise(address, capacity, Int32(MADV_HUGEPAGE))
            return address
        }
    #endif

    /// The bytes of the block that serves a request.
    package static func sizeClass(_ byteCount: Int) -> Int {
        precondition(byteCount >= 0, "a storage of \(byteCount) bytes")
        guard byteCount > 256 else { return 256 }
        let step = min(1 << 21, 1 << (Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount - 2))
        return (byteCount + step - 1) / step * step
    }
}

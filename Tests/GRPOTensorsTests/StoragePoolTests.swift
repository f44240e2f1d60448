import GRPOTensors
import Testing

struct StoragePoolTests {
    @Test func aReturnedBlockIsUsedAgain() {
        let pool = StoragePool()
        var first: Storage? = pool.storage(byteCount: 1000)
        let address = first!.bytes
        first = nil
        let second = pool.storage(byteCount: 900)
        #expect(second.bytes == address)
        let third = pool.storage(byteCount: 900)
        #expect(third.bytes != address)
    }

    @Test func tensorsOnOneStorageShareItsLife() {
        let pool = StoragePool()
        var whole: Tensor? = Tensor(
            storage: pool.storage(byteCount: 4096), shape: [32, 32], dtype: .float32)
        let before = pool.bytesInUse
        let view = whole!.rows(4..<8)
        whole = nil
        #expect(pool.bytesInUse == before)
        _ = consume view
        #expect(pool.bytesInUse == 0)
    }

    @Test func theHighWaterMarkIsOfOnePhase() {
        let pool = StoragePool()
        var a: Storage? = pool.storage(byteCount: 1024)
        var b: Storage? = pool.storage(byteCount: 1024)
        #expect(pool.bytesInUse == 2048)
        b = nil
        #expect(pool.highWaterMark == 2048)
        pool.beginPhase()
        #expect(pool.highWaterMark == 1024)
        _ = (a, b)
        a = nil
        #expect(pool.bytesInUse == 0)
        #expect(pool.highWaterMark == 1024)
    }

    @Test func blocksAreAlignedAndLittleIsSlack() {
        let pool = StoragePool()
        var previous = 0
        for count in [0, 1, 256, 257, 320, 321, 1 << 12, (1 << 12) + 1, 1_000_000] {
            let storage = pool.storage(byteCount: count)
            #expect(Int(bitPattern: storage.bytes) % 64 == 0)
            #expect(storage.byteCount == count)
            let capacity = pool.bytesInUse - previous
            #expect(capacity >= count)
            if count > 256 { #expect(Double(capacity - count) <= 0.2 * Double(capacity)) }
            withExtendedLifetime(storage) { previous = 0 }
            _ = consume storage
        }
    }

    @Test func everNewSizesAreNotHoarded() {
        let pool = StoragePool()
        let megabyte = 1 << 20
        for step in 0..<200 {
            let first = pool.storage(byteCount: 100 * megabyte + step * 3 * megabyte)
            let second = pool.storage(byteCount: 700 * megabyte - step * 3 * megabyte)
            withExtendedLifetime((first, second)) {}
        }
        #expect(pool.bytesInUse == 0)
        #expect(pool.bytesHeld <= pool.highWaterMark + 8 * megabyte)
    }

    /// A model's weights, gradients and moments are large blocks: a fifth of slack would hurt.
    @Test func aLargeBlockHasLittleSlack() {
        let pool = StoragePool()
        let storage = pool.storage(byteCount: (513 << 20) + 1)
        #expect(pool.bytesInUse == 514 << 20)
        withExtendedLifetime(storage) {}
    }

    @Test func trimmingGivesBackOnlyWhatIsFree() {
        let pool = StoragePool()
        let kept = pool.storage(byteCount: 512)
        kept.bytes.storeBytes(of: 42, as: Int.self)
        _ = pool.storage(byteCount: 2048)
        pool.trim()
        #expect(kept.bytes.load(as: Int.self) == 42)
        #expect(pool.bytesInUse == 512)
    }
}

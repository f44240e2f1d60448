import Foundation
import GRPOCheckpoints
import Testing

@Suite struct RetentionTests {
    @Test func theNewestStay() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path, keep: 3)
        var removed: [Int] = []
        for step in [10, 20, 30, 40, 50] {
            removed += try store.saveSample(seed: step, step: step).removedSteps
        }
        #expect(try store.steps() == [30, 40, 50])
        #expect(removed == [10, 20])
        #expect(directory.names.count == 6)
    }

    @Test func withoutALimitAllStay() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path)
        for step in 1...5 { try store.saveSample(seed: step, step: step) }
        #expect(try store.steps() == [1, 2, 3, 4, 5])
    }

    /// A run whose newest files go bad must not lose the last good one to them.
    @Test func damagedCheckpointsDoNotPushOutSoundOnes() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path, keep: 2)
        try store.saveSample(seed: 1, step: 1)
        for step in 2...3 {
            try store.saveSample(seed: step, step: step)
            let name = "step-00000\(step).h5"
            var bytes = try directory.bytes(name)
            bytes[bytes.count / 2] ^= 1
            try directory.put(bytes, name)
        }
        let reopened = try CheckpointStore(directory: directory.path, keep: 2)
        try reopened.saveSample(seed: 4, step: 4)
        #expect(try reopened.verify(step: 1).step == 1)
        #expect(try reopened.steps() == [1, 2, 3, 4])
        // Once two sound ones are newer, the old ones may go, sound or not.
        #expect(try reopened.saveSample(seed: 5, step: 5).removedSteps == [3, 2, 1])
        #expect(try reopened.steps() == [4, 5])
    }

    @Test func sameStateAgainIsNoErrorAnotherIs() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path)
        let first = try store.saveSample(seed: 1, step: 1).checkpoint
        #expect(try store.saveSample(seed: 1, step: 1).checkpoint == first)
        let path = directory.file("step-000001.h5")
        #expect(throws: CheckpointError.stepExists(path: path)) {
            try store.saveSample(seed: 2, step: 1)
        }
        #expect(try store.verify(step: 1) == first)
        #expect(directory.names == ["step-000001.h5", "step-000001.json"])
        // A damaged one is replaced.
        try directory.put([1, 2, 3], "step-000001.h5")
        try store.saveSample(seed: 2, step: 1)
        #expect(try store.verify(step: 1).hash != first.hash)
    }

    @Test func laterCheckpointsCanBeDropped() throws {
        let directory = try TestDirectory()
        let store = try CheckpointStore(directory: directory.path)
        for step in 1...5 { try store.saveSample(seed: step, step: step) }
        try store.removeAll(after: 2)
        #expect(try store.steps() == [1, 2])
        try CheckpointStore(directory: directory.file("absent")).removeAll(after: 0)
    }
}

import GRPOCPU
import Synchronization
import Testing

@Suite("Worker pool")
struct WorkerPoolTests {
    @Test(arguments: [1, 2, 3, 8], [0, 1, 2, 7, 1000])
    func everyTaskRunsOnce(threads: Int, tasks: Int) {
        let pool = WorkerPool(threads: threads)
        let counts = (0..<tasks).map { _ in Counter() }
        pool.run(tasks: tasks) { task, worker in
            #expect(worker >= 0 && worker < threads)
            counts[task].value.wrappingAdd(1, ordering: .relaxed)
        }
        #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
    }

    /// Jobs shorter than a wake-up, back to back and with pauses long enough to fall asleep.
    @Test(arguments: [2, 4])
    func manyShortJobs(threads: Int) {
        let pool = WorkerPool(threads: threads)
        var total = 0
        for job in 0..<20_000 {
            let sum = Counter()
            pool.run(tasks: 3) { task, _ in sum.value.wrappingAdd(task + 1, ordering: .relaxed) }
            total += sum.value.load(ordering: .relaxed)
            if job % 1000 == 0 { pause() }
        }
        #expect(total == 20_000 * 6)
    }

    @Test
    func aWorkerDoesOneTaskAtATime() {
        let pool = WorkerPool(threads: 4)
        let busy = (0..<4).map { _ in Counter() }
        let clashes = Counter()
        pool.run(tasks: 200) { _, worker in
            let before = busy[worker].value.wrappingAdd(1, ordering: .sequentiallyConsistent)
            if before.oldValue != 0 { clashes.value.wrappingAdd(1, ordering: .relaxed) }
            let scratch = pool.scratch(worker, bytes: 4096).assumingMemoryBound(to: Int.self)
            for index in 0..<512 { scratch[index] = index }
            if (0..<512).contains(where: { scratch[$0] != $0 }) {
                clashes.value.wrappingAdd(1, ordering: .relaxed)
            }
            busy[worker].value.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        }
        #expect(clashes.value.load(ordering: .relaxed) == 0)
    }

    @Test
    func scratchOfDifferentUsesIsApart() {
        let pool = WorkerPool(threads: 2)
        let blocks = (0..<2).flatMap { worker in
            WorkerPool.ScratchUse.allCases.map { pool.scratch(worker, $0, bytes: 100) }
        }
        #expect(Set(blocks).count == blocks.count)
        #expect(blocks.allSatisfy { Int(bitPattern: $0) % 64 == 0 })
        #expect(pool.scratch(0, .tile, bytes: 50) == pool.scratch(0, .tile, bytes: 100))
    }

    @Test
    func callersTakeTurns() async {
        let pool = WorkerPool(threads: 2)
        let inside = Counter()
        let clashes = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<200 {
                        let job = Counter()
                        pool.run(tasks: 4) { _, _ in
                            // Only tasks of one job may be inside.
                            if job.value.wrappingAdd(1, ordering: .relaxed).oldValue == 0 {
                                let others = inside.value.wrappingAdd(
                                    1, ordering: .sequentiallyConsistent)
                                if others.oldValue != 0 {
                                    clashes.value.wrappingAdd(1, ordering: .relaxed)
                                }
                                inside.value.wrappingSubtract(
                                    1, ordering: .sequentiallyConsistent)
                            }
                        }
                    }
                }
            }
        }
        #expect(clashes.value.load(ordering: .relaxed) == 0)
    }

    private func pause() {
        let end = ContinuousClock.now + .milliseconds(2)
        while ContinuousClock.now < end {}
    }
}

private final class Counter: Sendable {
    let value = Atomic<Int>(0)
}

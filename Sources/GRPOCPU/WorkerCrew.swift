import CGRPOKernels
import Foundation
import Synchronization

/// What the threads of a pool share. It outlives the pool until its last thread has left.
///
/// `gate` holds the state of the current job: bit 32 says that it is open, the bits above count the
/// jobs, the low 32 bits count the workers inside. A worker enters by one compare-and-swap while
/// the job is open; the caller closes it when no task is left and waits for those inside alone, so
/// a thread that slept through a short job delays nobody.
final class WorkerCrew: @unchecked Sendable {
    private static let openBit: UInt64 = 1 << 32
    private static let insideMask: UInt64 = openBit - 1
    /// Polls before sleep: tens of microseconds, about the length of a short operation.
    private static let polls = 2000

    private let workers: Int
    let scratch: [ScratchBlock]
    private var body: ((Int, Int) -> Void)?
    private var taskCount = 0
    private let nextTask = Atomic<Int>(0)
    private let gate = Atomic<UInt64>(0)
    private let sleepers = Atomic<Int>(0)
    private let callerSleeps = Atomic<Bool>(false)
    private let stopping = Atomic<Bool>(false)
    private let callers = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let jobOpened = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let workersLeft = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(workers: Int, scratchBlocks: Int) {
        self.workers = workers
        scratch = (0..<scratchBlocks).map { _ in ScratchBlock() }
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        // Reports a call of `run` from inside a body instead of waiting for ever.
        pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_ERRORCHECK))
        pthread_mutex_init(callers, &attributes)
        pthread_mutexattr_destroy(&attributes)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(jobOpened, nil)
        pthread_cond_init(workersLeft, nil)
    }

    deinit {
        pthread_mutex_destroy(callers)
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(jobOpened)
        pthread_cond_destroy(workersLeft)
        callers.deallocate()
        mutex.deallocate()
        jobOpened.deallocate()
        workersLeft.deallocate()
    }

    /// Admits one caller at a time.
    func lock() {
        let status = pthread_mutex_lock(callers)
        precondition(status == 0, "a body called run of its own pool (error \(status))")
    }

    func unlock() {
        pthread_mutex_unlock(callers)
    }

    func startThread(_ worker: Int) {
        let start = Unmanaged.passRetained(ThreadStart(crew: self, worker: worker))
        #if canImport(Darwin)
            var thread: pthread_t?
        #else
            var thread = pthread_t()
        #endif
        let status = pthread_create(&thread, nil, serveThread, start.toOpaque())
        precondition(status == 0, "cannot start thread \(worker) of \(workers) (error \(status))")
        #if canImport(Darwin)
            if let thread { pthread_detach(thread) }
        #else
            pthread_detach(thread)
        #endif
    }

    /// Tells the threads to leave.
    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(jobOpened)
        pthread_mutex_unlock(mutex)
    }

    /// Runs a job as worker 0, the callers' lock held.
    func work(tasks: Int, _ body: @escaping (Int, Int) -> Void) {
        self.body = body
        taskCount = tasks
        nextTask.store(0, ordering: .relaxed)
        // One job more, and open.
        gate.wrappingAdd(3 * Self.openBit, ordering: .sequentiallyConsistent)
        let asleep = sleepers.load(ordering: .sequentiallyConsistent)
        if asleep > 0 {
            pthread_mutex_lock(mutex)
            for _ in 0..<min(asleep, tasks - 1) { pthread_cond_signal(jobOpened) }
            pthread_mutex_unlock(mutex)
        }
        takeTasks(worker: 0)
        gate.wrappingSubtract(Self.openBit, ordering: .sequentiallyConsistent)
        waitForWorkersInside()
        self.body = nil
    }

    /// Not inlined: the reference to the body must be gone before the worker leaves the job.
    @inline(never)
    private func takeTasks(worker: Int) {
        guard let body else { return }
        while true {
            let task = nextTask.wrappingAdd(1, ordering: .relaxed).oldValue
            guard task < taskCount else { return }
            body(task, worker)
        }
    }

    private func waitForWorkersInside() {
        for _ in 0..<Self.polls {
            if gate.load(ordering: .acquiring) & Self.insideMask == 0 { return }
            grpo_spin_hint()
        }
        pthread_mutex_lock(mutex)
        callerSleeps.store(true, ordering: .sequentiallyConsistent)
        while gate.load(ordering: .sequentiallyConsistent) & Self.insideMask != 0 {
            pthread_cond_wait(workersLeft, mutex)
        }
        callerSleeps.store(false, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }

    /// The life of a thread: jobs until the pool is gone.
    fileprivate func serve(worker: Int) {
        var lastJob: UInt64 = 0
        var polls = 0
        while !stopping.load(ordering: .relaxed) {
            let state = gate.load(ordering: .acquiring)
            if state & Self.openBit != 0, state >> 33 != lastJob {
                guard enter(state) else { continue }
                lastJob = state >> 33
                takeTasks(worker: worker)
                leave()
                polls = 0
            } else if polls < Self.polls {
                polls += 1
                grpo_spin_hint()
            } else {
                sleep(after: lastJob)
                polls = 0
            }
        }
    }

    private func enter(_ state: UInt64) -> Bool {
        gate.compareExchange(
            expected: state, desired: state + 1, ordering: .sequentiallyConsistent
        ).exchanged
    }

    private func leave() {
        let state = gate.wrappingSubtract(1, ordering: .sequentiallyConsistent).newValue
        if state & Self.insideMask == 0, callerSleeps.load(ordering: .sequentiallyConsistent) {
            pthread_mutex_lock(mutex)
            pthread_cond_signal(workersLeft)
            pthread_mutex_unlock(mutex)
        }
    }

    /// Returns when a job was opened, though it may be over by then: operations come in series, and
    /// a thread that is awake takes part in the next.
    private func sleep(after lastJob: UInt64) {
        pthread_mutex_lock(mutex)
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        let state = gate.load(ordering: .sequentiallyConsistent)
        let isWaiting = state & Self.openBit == 0 || state >> 33 == lastJob
        if isWaiting, !stopping.load(ordering: .sequentiallyConsistent) {
            pthread_cond_wait(jobOpened, mutex)
        }
        sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }
}

/// A block of memory that grows.
final class ScratchBlock {
    private var address: UnsafeMutableRawPointer?
    private var capacity = 0

    /// At least `bytes` bytes; what a larger demand replaces is lost.
    func grown(to bytes: Int) -> UnsafeMutableRawPointer {
        if let address, bytes <= capacity { return address }
        address?.deallocate()
        capacity = max(4096, bytes + bytes / 4)
        let block = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
        address = block
        return block
    }

    deinit {
        address?.deallocate()
    }
}

/// What a new thread is told.
private final class ThreadStart {
    let crew: WorkerCrew
    let worker: Int

    init(crew: WorkerCrew, worker: Int) {
        self.crew = crew
        self.worker = worker
    }
}

#if canImport(Darwin)
    private func serveThread(_ start: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let start = Unmanaged<ThreadStart>.fromOpaque(start).takeRetainedValue()
        start.crew.serve(worker: start.worker)
        return nil
    }
#else
    private func serveThread(_ start: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let start else { return nil }
        let begun = Unmanaged<ThreadStart>.fromOpaque(start).takeRetainedValue()
        begun.crew.serve(worker: begun.worker)
        return nil
    }
#endif

/// Threads of our own that share out the tasks of one operation at a time.
///
/// The thread that calls `run` is worker 0 and works too; the others wait, first spinning for some
/// microseconds (operations follow each other closely), then asleep. Which worker takes which task
/// is left to chance, so a task's result must not depend on its worker.
package final class WorkerPool: Sendable {
    /// Whose scratch memory it is: an operation and the engine it calls never share a block.
    package enum ScratchUse: Int, CaseIterable, Sendable {
        /// Of the body that was given to `run`.
        case operation
        /// The result of one tile before its epilogue.
        case tile
        /// Operands of a tile that had to be brought into another layout.
        case operand
        /// The matrix library's own.
        case library
    }

    /// The number of workers, the caller included.
    package let threads: Int
    private let crew: WorkerCrew

    package init(threads: Int) {
        precondition(threads >= 1, "a pool of \(threads) threads, expected at least 1")
        self.threads = threads
        crew = WorkerCrew(
            workers: threads, scratchBlocks: threads * ScratchUse.allCases.count + 1)
        for worker in 1..<max(1, threads) { crew.startThread(worker) }
    }

    deinit {
        crew.stop()
    }

    /// Calls `body(task, worker)` once for every task in 0..<tasks and returns when all are done.
    ///
    /// Bodies run at the same time on up to `threads` threads, in no particular order; `worker` is
    /// in 0..<threads and no two bodies run under one worker at once. They see raw pointers, never
    /// tensors. One task, or one thread, runs inline. A body must not call `run` of its own pool.
    package func run(tasks: Int, _ body: (_ task: Int, _ worker: Int) -> Void) {
        guard tasks > 0 else { return }
        crew.lock()
        defer { crew.unlock() }
        if tasks == 1 || threads == 1 {
            for task in 0..<tasks { body(task, 0) }
        } else {
            withoutActuallyEscaping(body) { crew.work(tasks: tasks, $0) }
        }
    }

    /// Memory of one worker, aligned to 64 bytes, contents undefined. It grows as asked and stays
    /// valid until the same worker asks for more of the same use.
    package func scratch(
        _ worker: Int, _ use: ScratchUse = .operation, bytes: Int
    ) -> UnsafeMutableRawPointer {
        crew.scratch[worker * ScratchUse.allCases.count + use.rawValue].grown(to: bytes)
    }

    /// Memory that all workers may see during one call of an operation, to be asked for by the
    /// thread that calls `run`, before it does.
    func sharedScratch(bytes: Int) -> UnsafeMutableRawPointer {
        crew.scratch[threads * ScratchUse.allCases.count].grown(to: bytes)
    }
}

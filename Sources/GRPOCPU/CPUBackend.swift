import CGRPOKernels
package import GRPOTensors

/// The kernels on the CPU: float32 parameters, float32 or bfloat16 activations, a pool of threads
/// and a matrix engine.
///
/// Work is cut into blocks whose sizes depend on shapes alone and sums run in a fixed order, so no
/// result depends on the number of threads.
package final class CPUBackend: Backend {
    package let parameterType = DType.float32
    package let activationType: DType
    package let pool = StoragePool()
    package let workers: WorkerPool
    package let products: MatrixProducts
    package let level: KernelLevel
    let kernels: UnsafePointer<grpo_kernels>

    /// A backend with the best engine of this machine.
    package convenience init(
        threads: Int, precision: Precision = .auto, level: KernelLevel = .best
    ) {
        let workers = WorkerPool(threads: threads)
        self.init(
            workers: workers, engine: MatrixEngines.best(pool: workers), precision: precision,
            level: level)
    }

    /// A backend with the named engine, or why there is none.
    package convenience init(
        threads: Int, engine: EngineKind, precision: Precision = .auto,
        level: KernelLevel = .best
    ) throws(EngineUnavailable) {
        let workers = WorkerPool(threads: threads)
        self.init(
            workers: workers, engine: try MatrixEngines.engine(engine, pool: workers),
            precision: precision, level: level)
    }

    private init(
        workers: WorkerPool, engine: any MatrixEngine, precision: Precision, level: KernelLevel
    ) {
        guard let kernels = level.kernels else {
            preconditionFailure("kernels for \(level), found a CPU with \(KernelLevel.best)")
        }
        self.workers = workers
        self.products = MatrixProducts(engine: engine, storage: pool)
        self.activationType = precision.activationType(for: engine)
        self.level = level
        self.kernels = kernels
    }

    package var engine: any MatrixEngine { products.engine }

    /// Who multiplies: the engine's library, or loops of our own that take its place.
    package var engineName: String {
        engine.usesBlocked(for: activationType)
            ? "own AVX-512 products, \(engine.name) beside them" : engine.name
    }

    /// Whether a row of a product is the same bit for bit whatever rows are computed beside it, and
    /// so the trainer's log-probabilities are the sampler's.
    package var rowsAreExact: Bool { engine.rowsAreExact(for: activationType) }

    package var name: String {
        let threads = workers.threads == 1 ? "1 thread" : "\(workers.threads) threads"
        return "cpu, \(engineName), \(activationType), \(threads)"
    }
}

extension CPUBackend {
    /// Elements of a block whose sum is taken in one piece: part of what a sum's value is.
    static let elementsPerTask = 1 << 16
    /// Elements of the smallest task of an elementwise kernel, some microseconds of work: what is
    /// shorter runs on the calling thread alone.
    private static let leastElements = 1 << 13

    /// Calls `body(range, worker)` for consecutive ranges of `count` items, each `cost` elements
    /// of work, whose results do not depend on how they are cut: about 16 ranges, or as many more as
    /// keep each to `elementsPerTask`, so that threads finish together.
    func forEachBlock(
        of count: Int, cost: Int = 1, _ body: (_ range: Range<Int>, _ worker: Int) -> Void
    ) {
        let share = min(Self.elementsPerTask, max(Self.leastElements, count * max(1, cost) / 16))
        // Whole cache lines of bytes or wider elements where an item is one.
        let size = cost == 1 ? share / 64 * 64 : max(1, share / max(1, cost))
        forEachBlock(of: count, size: size, body)
    }

    /// Calls `body(range, worker)` for consecutive ranges of `size` of `count` items.
    func forEachBlock(
        of count: Int, size: Int, _ body: (_ range: Range<Int>, _ worker: Int) -> Void
    ) {
        workers.run(tasks: (count + size - 1) / size) { task, worker in
            body(task * size..<min(count, (task + 1) * size), worker)
        }
    }

    /// Items of a block whose sum is taken in one piece, where each is `cost` elements of work.
    func blockSize(cost: Int) -> Int {
        max(1, Self.elementsPerTask / max(1, cost))
    }

    /// The kernels' flag for tensors that hold activations.
    func isNarrow(_ tensor: Tensor) -> Int32 {
        precondition(
            tensor.dtype == .bfloat16 || tensor.dtype == .float32,
            "a tensor of \(tensor.dtype), expected float32 or bfloat16")
        return tensor.dtype == .bfloat16 ? 1 : 0
    }
}

extension Tensor {
    /// The first element of a float32 tensor.
    var f32: UnsafeMutablePointer<Float> { pointer(of: Float.self) }
}

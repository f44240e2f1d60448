import Foundation
import GRPOCPU
import GRPOModels
import GRPOTensors

/// One kernel against what bounds it.
struct KernelResult: Encodable {
    enum Unit: String, Encodable {
        /// Memory read and written.
        case bandwidth = "GB/s"
        /// Multiplications and additions.
        case arithmetic = "GFLOP/s"
    }

    var name: String
    var seconds: Double
    var rate: Double
    var unit: Unit
    /// The machine's: long sums of two vectors for bandwidth, the matrix library for arithmetic.
    var limit: Double
    /// Above 1 where operands stay in the cache.
    var share: Double

    private enum CodingKeys: String, CodingKey {
        case name
        case seconds = "s"
        case rate, unit
        case limit = "roofline"
        case share = "share_of_roofline"
    }
}

/// Measures the backend's kernels on a model's shapes, 4096 tokens in texts of 256.
///
/// Bytes are those that a kernel must read and write once; operations those of its products.
struct KernelSuite {
    static let tokens = 4096
    static let textLength = 256

    let configuration: DecoderConfiguration
    let backend: CPUBackend
    /// Bytes a second of memory, read and written.
    let bandwidth: Double
    /// Operations a second.
    let matrixRate: Double

    init(_ configuration: DecoderConfiguration, backend: CPUBackend) {
        self.configuration = configuration
        self.backend = backend
        matrixRate = MatrixRate.library(configuration, backend: backend).operationsPerSecond
        bandwidth = Self.measuredBandwidth(backend)
    }

    /// - Parameter progress: is told the name of each group before it is measured.
    func run(_ progress: (String) -> Void) -> [KernelResult] {
        let groups: [(name: String, measure: () -> [KernelResult])] = [
            ("norm and rows", rows), ("feed-forward", feedForward), ("rope", rope),
            ("attention", attention), ("products", products), ("head", head),
            ("optimizer", optimizer),
        ]
        return groups.flatMap { group in
            progress(group.name)
            defer { backend.pool.trim() }
            return group.measure()
        }
    }

    var activation: DType { backend.activationType }

    func seeded(_ shape: [Int], _ type: DType = .float32) -> Tensor {
        backend.seeded(shape, type)
    }

    /// A kernel bound by memory.
    func moves(_ name: String, _ bytes: Int, _ work: () -> Void) -> KernelResult {
        result(name, Double(bytes), .bandwidth, limit: bandwidth, work)
    }

    /// A kernel bound by arithmetic.
    func computes(_ name: String, _ operations: Double, _ work: () -> Void) -> KernelResult {
        result(name, operations, .arithmetic, limit: matrixRate, work)
    }

    private func result(
        _ name: String, _ amount: Double, _ unit: KernelResult.Unit, limit: Double,
        _ work: () -> Void
    ) -> KernelResult {
        let seconds = BenchmarkClock.best(work)
        return KernelResult(
            name: name, seconds: seconds, rate: amount / seconds * 1e-9, unit: unit,
            limit: limit * 1e-9, share: amount / seconds / limit)
    }

    /// y += x over a quarter of a gigabyte each, which no cache holds. Unlike a copy it reads all
    /// that it writes, so the bytes counted are the bytes moved.
    private static func measuredBandwidth(_ backend: CPUBackend) -> Double {
        let count = 1 << 26
        let x = backend.zeros([count], .float32)
        let y = backend.zeros([count], .float32)
        return Double(12 * count) / BenchmarkClock.best { backend.add(x, y: y) }
    }
}

import GRPOCPU
import GRPOReference
import GRPOTensors
import Testing

/// A CPU backend to be compared with the reference.
struct BackendCase: Sendable, CustomTestStringConvertible {
    let precision: Precision
    let level: KernelLevel
    var engine: EngineKind?

    var testDescription: String {
        "\(precision.rawValue) \(level.name) \(engine?.rawValue ?? "best engine")"
    }

    func backend(threads: Int = 2) throws -> CPUBackend {
        guard let engine else {
            return CPUBackend(threads: threads, precision: precision, level: level)
        }
        return try CPUBackend(
            threads: threads, engine: engine, precision: precision, level: level)
    }

    /// The largest error of a result, relative to its largest element.
    var tolerance: Double { precision == .float32 ? 4e-6 : 1.0 / 128 }

    /// Both precisions on every instruction set of this CPU.
    static let all: [BackendCase] = [Precision.float32, .bfloat16].flatMap { precision in
        KernelLevel.available.map { BackendCase(precision: precision, level: $0) }
    }

    /// Both precisions with every engine there is.
    static let engines: [BackendCase] = [Precision.float32, .bfloat16].flatMap { precision in
        EngineKind.allCases.map {
            BackendCase(precision: precision, level: .best, engine: $0)
        }
    }.filter { (try? $0.backend(threads: 1)) != nil }

    /// Both precisions with an engine whose rows are exact, where there is one.
    static let exact: [BackendCase] = engines.filter {
        (try? $0.backend(threads: 1).rowsAreExact) ?? false
    }
}

/// Numbers of rows with ragged tails.
let raggedRows = [0, 1, 3, 17, 257]

/// Seeded draws from a standard normal distribution.
func normals(_ count: Int, seed: Int) -> [Double] {
    RandomStream(seed: UInt64(seed), name: "test").normals(count: count, step: 1, slot: 0)
}

/// Equal tensors on a CPU backend and on the reference: the reference gets the rounded elements.
struct Pair {
    let cpu: Tensor
    let reference: Tensor
}

struct Both {
    let cpu: CPUBackend
    let reference: any Backend = ReferenceBackend()

    init(_ backendCase: BackendCase) throws {
        cpu = try backendCase.backend()
    }

    func pair(_ values: [Double], _ shape: [Int], _ dtype: DType = .float32) -> Pair {
        let tensor = cpu.tensor(values, shape, dtype)
        return Pair(cpu: tensor, reference: reference.tensor(tensor.doubles, shape, .float64))
    }

    func normal(_ shape: [Int], _ dtype: DType = .float32, seed: Int) -> Pair {
        pair(normals(shape.reduce(1, *), seed: seed), shape, dtype)
    }

    func activation(_ shape: [Int], seed: Int) -> Pair {
        normal(shape, cpu.activationType, seed: seed)
    }

    func empty(_ shape: [Int], _ dtype: DType = .float32) -> Pair {
        Pair(cpu: cpu.empty(shape, dtype), reference: reference.empty(shape, .float64))
    }

    func weight(_ shape: [Int], scale: Double = 1, seed: Int) -> (cpu: Weight, reference: Weight) {
        // Master weights that bfloat16 holds exactly, so that only the sums are compared.
        let values = normals(shape.reduce(1, *), seed: seed).map {
            Double(BFloat16(Float($0 * scale)).float)
        }
        let pair = pair(values, shape)
        return (Weight(pair.cpu), Weight(pair.reference))
    }
}

/// The largest difference, relative to the largest element of `expected`, but at least to `floor`.
func largestError(
    _ found: [Double], _ expected: [Double], floor: Double = 1e-30
) -> Double {
    precondition(found.count == expected.count, "\(found.count) and \(expected.count) elements")
    let scale = expected.reduce(floor) { max($0, abs($1)) }
    return zip(found, expected).reduce(0) {
        let error = abs($1.0 - $1.1) / scale
        return error.isNaN ? .infinity : max($0, error)
    }
}

func expectClose(
    _ found: Tensor, _ expected: Tensor, _ tolerance: Double, _ what: Comment? = nil,
    floor: Double = 1e-30, sourceLocation: SourceLocation = #_sourceLocation
) {
    expectClose(
        found.doubles, expected.doubles, tolerance, what, floor: floor,
        sourceLocation: sourceLocation)
}

func expectClose(
    _ found: [Double], _ expected: [Double], _ tolerance: Double, _ what: Comment? = nil,
    floor: Double = 1e-30, sourceLocation: SourceLocation = #_sourceLocation
) {
    let error = largestError(found, expected, floor: floor)
    #expect(error <= tolerance, what, sourceLocation: sourceLocation)
}

extension Tensor {
    /// The bytes of the elements, for comparisons bit for bit.
    var bits: [UInt8] { Array(rawBytes) }
}

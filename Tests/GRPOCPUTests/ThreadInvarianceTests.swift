import GRPOCPU
import GRPOTensors
import Testing

/// No result of a kernel depends on the number of threads, and no row of a forward result on the
/// other rows.
@Suite struct ThreadInvarianceTests {
    private static let rows = 517
    private static let width = 144

    /// Every kernel of rows and elements once, as bytes.
    private func results(_ backend: CPUBackend) -> [[UInt8]] {
        let (rows, width) = (Self.rows, Self.width)
        func make(_ shape: [Int], _ seed: Int) -> Tensor {
            backend.tensor(normals(shape.reduce(1, *), seed: seed), shape, .float32)
        }
        let x = make([rows, width], 1)
        let weight = make([width], 2)
        let dy = make([rows, width], 3)
        let (y, inverse) = backend.rmsNorm(x, weight: weight, epsilon: 1e-6)
        let (dx, dWeight) = (make([rows, width], 4), make([width], 5))
        backend.rmsNormBackward(
            dy, x: x, weight: weight, inverseRMS: inverse, addingTo: dx, dWeight: dWeight)
        let gateUp = make([rows, 2 * width], 6)
        let tokens = (0..<rows).map { Int32($0 % 19) }
        let dTable = make([19, width], 7)
        backend.embeddingBackward(dy, tokens, into: dTable)
        let (p, m, v) = (
            make([rows, width], 8), make([rows, width], 9),
            backend.zeros(
                [rows, width], .float32)
        )
        backend.adamW(
            p, gradient: dy, firstMoment: m, secondMoment: v,
            step: AdamWStep(learningRate: 0.01, weightDecay: 0.1, step: 2))
        let product = Weight(make([80, width], 10))
        let activations = backend.cast(x, to: backend.activationType)
        let dProduct = backend.cast(make([rows, 80], 11), to: backend.activationType)
        let (dProductWeight, dBias) = (make([80, width], 12), make([80], 13))
        backend.linearBackwardWeight(dProduct, activations, into: dProductWeight, bias: dBias)
        let norm = backend.squaredNorm(x).bitPattern
        return [
            y, inverse, dx, dWeight, dTable, p, m, v, backend.swiglu(gateUp),
            backend.swigluBackward(dy, gateUp: gateUp), backend.linear(activations, product),
            backend.linearBackwardInput(dProduct, product), dProductWeight, dBias,
        ].map(\.bits) + [withUnsafeBytes(of: norm) { Array($0) }]
    }

    @Test(arguments: BackendCase.all + BackendCase.engines)
    func oneThreadEqualsTwoAndThree(backendCase: BackendCase) throws {
        let one = try results(backendCase.backend(threads: 1))
        for threads in [2, 3] {
            let more = try results(backendCase.backend(threads: threads))
            for index in one.indices {
                #expect(one[index] == more[index], "result \(index) on \(threads) threads")
            }
        }
    }

    @Test(arguments: BackendCase.all, [7, 64, 149])
    func aRowAloneEqualsTheRowInABatch(backendCase: BackendCase, width: Int) throws {
        let backend = try backendCase.backend()
        let x = backend.tensor(normals(37 * width, seed: 1), [37, width], .float32)
        let weight = backend.tensor(normals(width, seed: 2), [width], .float32)
        let gateUp = backend.tensor(normals(37 * 2 * width, seed: 3), [37, 2 * width], .float32)
        let norm = backend.rmsNorm(x, weight: weight, epsilon: 1e-6)
        let swiglu = backend.swiglu(gateUp)
        for row in [0, 1, 18, 36] {
            let range = row..<row + 1
            let alone = backend.rmsNorm(x.rows(range), weight: weight, epsilon: 1e-6)
            #expect(alone.y.bits == norm.y.rows(range).bits)
            #expect(backend.swiglu(gateUp.rows(range)).bits == swiglu.rows(range).bits)
        }
    }

    @Test(arguments: BackendCase.all)
    func aNaNStaysInItsRow(backendCase: BackendCase) throws {
        let backend = try backendCase.backend()
        var values = normals(5 * 32, seed: 1)
        let weight = backend.tensor(normals(16, seed: 2), [16], .float32)
        func run() -> [Tensor] {
            let x = backend.tensor(values, [10, 16], .float32)
            return [
                backend.rmsNorm(x, weight: weight, epsilon: 1e-6).y,
                backend.swiglu(x.reshaped([5, 32])),
            ]
        }
        let clean = run()
        values[4 * 16 + 3] = .nan
        let dirty = run()
        for (clean, dirty) in zip(clean, dirty) {
            let poisoned = clean.rows == 10 ? 4 : 2
            for row in 0..<clean.rows where row != poisoned {
                #expect(dirty.rows(row..<row + 1).bits == clean.rows(row..<row + 1).bits)
            }
            #expect(dirty.rows(poisoned..<poisoned + 1).doubles.contains { $0.isNaN })
        }
    }
}

import GRPOCPU
import GRPOTensors
import Testing

/// One engine in one precision; what the engine tests run over.
struct EngineCase: CustomTestStringConvertible, Sendable {
    let kind: EngineKind
    let type: DType
    /// Whether our own products may take the library's place.
    let usesBlocked: Bool

    /// Every engine of this machine in both precisions, with our own products and without.
    static let all: [EngineCase] = EngineKind.allCases.flatMap { kind -> [EngineCase] in
        guard let engine = try? MatrixEngines.engine(kind, pool: WorkerPool(threads: 1)) else {
            return []
        }
        let types: [DType] =
            kind == .openblas || engine.multipliesBFloat16 ? [.float32, .bfloat16] : [.float32]
        return types.flatMap { type in
            (engine.usesBlocked(for: type) ? [true, false] : [false]).map {
                EngineCase(kind: kind, type: type, usesBlocked: $0)
            }
        }
    }

    var testDescription: String { "\(kind) \(type)\(usesBlocked ? " blocked" : "")" }

    func products(threads: Int) throws -> MatrixProducts {
        MatrixProducts(
            engine: try MatrixEngines.engine(
                kind, pool: WorkerPool(threads: threads), usesBlocked: usesBlocked))
    }
}

/// A matrix of seeded numbers in -1..<1, already rounded to its type.
struct EngineMatrix {
    let rows: Int
    let columns: Int
    let type: DType
    let floats: [Float]

    init(_ rows: Int, _ columns: Int, type: DType = .float32, seed: UInt64) {
        self.rows = rows
        self.columns = columns
        self.type = type
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        floats = (0..<rows * columns).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Float(state >> 40) * 0x1p-23 - 1
            return type == .bfloat16 ? BFloat16(value).float : value
        }
    }

    /// The elements from a row on, as the engine takes them.
    func withRows<R>(from row: Int = 0, _ body: (UnsafeRawPointer) throws -> R) rethrows -> R {
        let place = row * columns
        if type == .bfloat16 {
            let halves = floats[place...].map { BFloat16($0).bits } + [0]
            return try halves.withUnsafeBytes { try body($0.baseAddress!) }
        }
        return try (floats[place...] + [0]).withUnsafeBytes { try body($0.baseAddress!) }
    }

    subscript(row: Int, column: Int) -> Double { Double(floats[row * columns + column]) }
}

extension MatrixProducts {
    func pack(_ matrix: EngineMatrix, type: DType, transposed: Bool = false) -> PackedWeight {
        matrix.floats.withUnsafeBufferPointer {
            pack(
                $0.baseAddress!, outputs: transposed ? matrix.columns : matrix.rows,
                inputs: transposed ? matrix.rows : matrix.columns, type: type,
                transposed: transposed)
        }
    }

    /// `count` rows of `x`, from `first` on, times the weight.
    func product(
        _ x: EngineMatrix, from first: Int = 0, count: Int, _ weight: PackedWeight
    ) -> [Float] {
        var y = [Float](repeating: .nan, count: count * weight.outputs)
        x.withRows(from: first) { multiply($0, rows: count, weight, y: &y) }
        return y
    }
}

/// [outputs, inputs]: SmolLM2's, the character model's, and awkward ones.
let engineShapes: [[Int]] = [
    [960, 576], [576, 576], [3072, 576], [576, 1536], [384, 128], [128, 128], [768, 128],
    [128, 384], [41, 128], [61, 32], [33, 7], [1, 1], [70, 3201],
    [3201, 70],
]

@Suite("Matrix engines: products")
struct EngineProductTests {
    /// Σ over k in Double, and the bound (n + 4) u Σ|terms| of float32 sums in any order.
    private func exact(
        _ count: Int, _ term: (Int) -> Double
    ) -> (value: Double, bound: Double) {
        var sum = 0.0
        var magnitude = 0.0
        for k in 0..<count {
            sum += term(k)
            magnitude += abs(term(k))
        }
        return (sum, Double(count + 4) * 0x1p-24 * magnitude + 1e-30)
    }

    /// Some hundred places spread over a matrix, its corners among them.
    private func places(_ rows: Int, _ columns: Int) -> [(Int, Int)] {
        guard rows > 0 else { return [] }
        let step = max(1, rows * columns / 400) | 1
        return stride(from: 0, to: rows * columns, by: step).map { ($0 / columns, $0 % columns) }
            + [(rows - 1, columns - 1), (0, columns - 1)]
    }

    @Test(arguments: EngineCase.all, engineShapes)
    func matchesTheSumInDouble(_ engine: EngineCase, _ shape: [Int]) throws {
        let products = try engine.products(threads: 2)
        let (outputs, inputs) = (shape[0], shape[1])
        let w = EngineMatrix(outputs, inputs, type: engine.type, seed: 1)
        let forward = products.pack(w, type: engine.type)
        let backward = products.pack(w, type: engine.type, transposed: true)
        for rows in [0, 1, 3, 17, 257] {
            let x = EngineMatrix(rows, inputs, type: engine.type, seed: 2)
            let y = products.product(x, count: rows, forward)
            for (row, column) in places(rows, outputs) {
                let (value, bound) = exact(inputs) { x[row, $0] * w[column, $0] }
                #expect(
                    abs(Double(y[row * outputs + column]) - value) <= bound,
                    "y[\(row), \(column)] of \(rows) rows")
            }
            let dy = EngineMatrix(rows, outputs, type: engine.type, seed: 3)
            let dx = products.product(dy, count: rows, backward)
            for (row, column) in places(rows, inputs) {
                let (value, bound) = exact(outputs) { dy[row, $0] * w[$0, column] }
                #expect(
                    abs(Double(dx[row * inputs + column]) - value) <= bound,
                    "dx[\(row), \(column)] of \(rows) rows")
            }
        }
    }

    /// Also of so many inputs that sums pass through y in pieces.
    @Test(arguments: EngineCase.all, [33, 3200])
    func addsBiasAndResidual(_ engine: EngineCase, _ inputs: Int) throws {
        let products = try engine.products(threads: 2)
        let (rows, outputs) = (261, 200)
        let x = EngineMatrix(rows, inputs, type: engine.type, seed: 4)
        let bias = EngineMatrix(1, outputs, seed: 5)
        let residual = EngineMatrix(rows, outputs, seed: 6)
        let weight = EngineMatrix(outputs, inputs, type: engine.type, seed: 7)
        // OpenBLAS multiplies float32 weights where they lie.
        defer { withExtendedLifetime(weight) {} }
        let packed = products.pack(weight, type: engine.type)
        let plain = products.product(x, count: rows, packed)

        var biased = plain
        x.withRows { products.multiply($0, rows: rows, packed, bias: bias.floats, y: &biased) }
        // The residual stream is read and written in place.
        var inPlace = residual.floats
        inPlace.withUnsafeMutableBufferPointer { y in
            x.withRows {
                products.multiply(
                    $0, rows: rows, packed, residual: y.baseAddress!, y: y.baseAddress!)
            }
        }
        var both = plain
        x.withRows {
            products.multiply(
                $0, rows: rows, packed, bias: bias.floats, residual: residual.floats, y: &both)
        }
        for index in plain.indices {
            let column = index % outputs
            #expect(biased[index] == plain[index] + bias.floats[column])
            #expect(inPlace[index] == plain[index] + residual.floats[index])
            #expect(both[index] == plain[index] + bias.floats[column] + residual.floats[index])
        }
    }

    @Test(arguments: EngineCase.all)
    func roundsTheWeightToItsType(_ engine: EngineCase) throws {
        let products = try engine.products(threads: 1)
        let w = EngineMatrix(70, 50, seed: 8)
        let packed = products.pack(w, type: engine.type)
        // Rows of the identity read the weight out.
        let identity = (0..<50 * 50).map { Float($0 / 50 == $0 % 50 ? 1 : 0) }
        var y = [Float](repeating: .nan, count: 50 * 70)
        if engine.type == .bfloat16 {
            identity.map { BFloat16($0).bits }.withUnsafeBytes {
                products.multiply($0.baseAddress!, rows: 50, packed, y: &y)
            }
        } else {
            identity.withUnsafeBytes {
                products.multiply($0.baseAddress!, rows: 50, packed, y: &y)
            }
        }
        for row in 0..<50 {
            for column in 0..<70 {
                let value = w.floats[column * 50 + row]
                let expected = engine.type == .bfloat16 ? BFloat16(value).float : value
                #expect(y[row * 70 + column] == expected)
            }
        }
    }

    @Test(arguments: EngineCase.all)
    func repackingReplacesTheValues(_ engine: EngineCase) throws {
        let products = try engine.products(threads: 2)
        let x = EngineMatrix(9, 40, type: engine.type, seed: 9)
        let before = EngineMatrix(130, 40, type: engine.type, seed: 10)
        let after = EngineMatrix(130, 40, type: engine.type, seed: 11)
        defer { withExtendedLifetime((before, after)) {} }
        let fresh = products.product(x, count: 9, products.pack(after, type: engine.type))
        let old = products.pack(before, type: engine.type)
        let stale = products.product(x, count: 9, old)
        after.floats.withUnsafeBufferPointer {
            let packed = products.pack(
                $0.baseAddress!, outputs: 130, inputs: 40, type: engine.type, reusing: old)
            #expect(packed === old)
            #expect(products.product(x, count: 9, packed) == fresh)
        }
        #expect(stale != fresh)
    }

    @Test
    func theEnginesAgreeToRounding() throws {
        let x = EngineMatrix(70, 576, type: .bfloat16, seed: 12)
        let w = EngineMatrix(96, 576, type: .bfloat16, seed: 13)
        let results = try EngineCase.all.filter { $0.type == .bfloat16 }.map { engine in
            let products = try engine.products(threads: 2)
            return products.product(x, count: 70, products.pack(w, type: .bfloat16))
        }
        for other in results.dropFirst() {
            for (a, b) in zip(results[0], other) { #expect(abs(a - b) <= 1e-4) }
        }
    }
}

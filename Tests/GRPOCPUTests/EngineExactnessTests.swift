import GRPOCPU
import GRPOTensors
import Testing

/// What is promised bit for bit, on engines that promise it.
@Suite("Matrix engines: bit-equality")
struct EngineExactnessTests {
    /// oneDNN's, and every engine's weights that our own products take.
    static let exactRows = EngineCase.all.filter { $0.kind == .onednn || $0.usesBlocked }
    static let shapes = engineShapes + [[49152, 576]]

    private func bits(_ values: some Sequence<Float>) -> [UInt32] { values.map(\.bitPattern) }

    @Test(arguments: EngineCase.all)
    func theEngineSaysSo(_ engine: EngineCase) throws {
        let isExact = Self.exactRows.contains {
            ($0.kind, $0.type, $0.usesBlocked) == (engine.kind, engine.type, engine.usesBlocked)
        }
        let found = try engine.products(threads: 1).engine.rowsAreExact(for: engine.type)
        #expect(found == isExact)
    }

    @Test(arguments: exactRows, shapes)
    func aRowIsTheSameInAnyBatch(_ engine: EngineCase, _ shape: [Int]) throws {
        let products = try engine.products(threads: 2)
        let (outputs, inputs) = (shape[0], shape[1])
        let w = EngineMatrix(outputs, inputs, seed: 21)
        // One block of every size.
        let rows = 256 + 64 + 16 + 4 + 1
        let x = EngineMatrix(rows, inputs, type: engine.type, seed: 22)
        let packed = products.pack(w, type: engine.type)
        let together = products.product(x, count: rows, packed)
        for row in [0, 1, 100, 255, 256, 319, 320, 335, 336, 339, 340] {
            let alone = products.product(x, from: row, count: 1, packed)
            #expect(
                bits(alone) == bits(together[row * outputs..<(row + 1) * outputs]), "row \(row)")
        }
        for (first, count) in [(1, 3), (7, 17), (250, 80), (5, 336)] {
            let part = products.product(x, from: first, count: count, packed)
            #expect(
                bits(part) == bits(together[first * outputs..<(first + count) * outputs]),
                "\(count) rows from \(first)")
        }
    }

    @Test(arguments: exactRows, engineShapes)
    func aGradientRowIsTheSameInAnyBatch(_ engine: EngineCase, _ shape: [Int]) throws {
        let products = try engine.products(threads: 2)
        let (outputs, inputs) = (shape[0], shape[1])
        let w = EngineMatrix(outputs, inputs, seed: 23)
        let dy = EngineMatrix(341, outputs, type: engine.type, seed: 24)
        let packed = products.pack(w, type: engine.type, transposed: true)
        let together = products.product(dy, count: 341, packed)
        for (first, count) in [(0, 1), (340, 1), (3, 4), (9, 81)] {
            let part = products.product(dy, from: first, count: count, packed)
            #expect(bits(part) == bits(together[first * inputs..<(first + count) * inputs]))
        }
    }

    @Test(arguments: exactRows, [[3072, 576], [700, 130], [33, 7]])
    func aTileHoldsTheNumbersOfTheProduct(_ engine: EngineCase, _ shape: [Int]) throws {
        let products = try engine.products(threads: 2)
        let (outputs, inputs, rows) = (shape[0], shape[1], 85)
        let x = EngineMatrix(rows, inputs, type: engine.type, seed: 25)
        let packed = products.pack(
            EngineMatrix(outputs, inputs, seed: 26), type: engine.type)
        let whole = products.product(x, count: rows, packed)
        for panel in 0..<packed.panelCount {
            let columns = packed.panel(panel)
            var tile = [Float](repeating: .nan, count: rows * columns.count)
            x.withRows {
                products.multiplyTile($0, rows: rows, packed, panel: panel, y: &tile, worker: 1)
            }
            for row in 0..<rows {
                let expected = whole[row * outputs..<(row + 1) * outputs][
                    (row * outputs + columns.lowerBound)..<(row * outputs + columns.upperBound)]
                #expect(
                    bits(tile[row * columns.count..<(row + 1) * columns.count]) == bits(expected))
            }
        }
    }

    /// Also of engines whose rows depend on each other: tiles never depend on threads.
    @Test(arguments: EngineCase.all, [[960, 576], [384, 128], [61, 32]])
    func threadsChangeNothing(_ engine: EngineCase, _ shape: [Int]) throws {
        let (outputs, inputs, rows) = (shape[0], shape[1], 1100)
        let w = EngineMatrix(outputs, inputs, seed: 27)
        // OpenBLAS multiplies float32 weights where they lie.
        defer { withExtendedLifetime(w) {} }
        let x = EngineMatrix(rows, inputs, type: engine.type, seed: 28)
        let dy = EngineMatrix(rows, outputs, type: engine.type, seed: 29)
        let results = try [1, 2, 3].map { threads in
            let products = try engine.products(threads: threads)
            let y = products.product(x, count: rows, products.pack(w, type: engine.type))
            let dx = products.product(
                dy, count: rows, products.pack(w, type: engine.type, transposed: true))
            var dWeight = w.floats
            dy.withRows { dy in
                x.withRows { x in
                    products.weightGradient(
                        dy, x, rows: rows, outputs: outputs, inputs: inputs, type: engine.type,
                        dWeight: &dWeight)
                }
            }
            return [bits(y), bits(dx), bits(dWeight)]
        }
        #expect(results[0] == results[1])
        #expect(results[0] == results[2])
    }
}

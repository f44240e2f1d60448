import GRPOCPU
import GRPOTensors
import Testing

@Suite("Matrix engines: weight gradients")
struct EngineGradientTests {
    private func gradient(
        _ products: MatrixProducts, _ dy: EngineMatrix, _ x: EngineMatrix,
        addingTo start: [Float]
    ) -> [Float] {
        var dWeight = start
        dy.withRows { dyBytes in
            x.withRows { xBytes in
                products.weightGradient(
                    dyBytes, xBytes, rows: x.rows, outputs: dy.columns, inputs: x.columns,
                    type: x.type, dWeight: &dWeight)
            }
        }
        return dWeight
    }

    @Test(
        arguments: EngineCase.all,
        [
            [576, 1536], [960, 576], [1030, 64], [384, 128], [41, 128], [61, 32], [33, 7], [1, 1],
        ])
    func addsTheSumInDouble(_ engine: EngineCase, _ shape: [Int]) throws {
        let products = try engine.products(threads: 2)
        let (outputs, inputs) = (shape[0], shape[1])
        let start = EngineMatrix(outputs, inputs, seed: 31)
        // One token, partial blocks, a whole block and one more, and more than one pass.
        for rows in [0, 1, 3, 17, 257, 1300] {
            let dy = EngineMatrix(rows, outputs, type: engine.type, seed: 32)
            let x = EngineMatrix(rows, inputs, type: engine.type, seed: 33)
            let dWeight = gradient(products, dy, x, addingTo: start.floats)
            let step = max(1, outputs * inputs / 200) | 1
            for place in stride(from: 0, to: outputs * inputs, by: step) {
                let (output, input) = (place / inputs, place % inputs)
                var sum = start[output, input]
                var magnitude = abs(sum)
                for row in 0..<rows {
                    sum += dy[row, output] * x[row, input]
                    magnitude += abs(dy[row, output] * x[row, input])
                }
                #expect(
                    abs(Double(dWeight[place]) - sum) <= Double(rows + 8) * 0x1p-24 * magnitude,
                    "dW[\(output), \(input)] of \(rows) rows")
            }
        }
    }

    /// The last block of tokens is padded; what scratch memory held before must not enter.
    @Test(arguments: EngineCase.all)
    func leftoversInScratchMemoryDoNotMatter(_ engine: EngineCase) throws {
        let products = try engine.products(threads: 1)
        let (rows, outputs, inputs) = (301, 70, 50)
        let dy = EngineMatrix(rows, outputs, type: engine.type, seed: 34)
        let x = EngineMatrix(rows, inputs, type: engine.type, seed: 35)
        let zeros = [Float](repeating: 0, count: outputs * inputs)
        let clean = gradient(products, dy, x, addingTo: zeros)
        // Read as bfloat16, both halves are NaN too.
        let poisonRows = 1024
        let poison = [Float](
            repeating: Float(bitPattern: 0x7FC0_7FC0), count: poisonRows * max(outputs, inputs))
        var ignored = zeros
        poison.withUnsafeBytes { bytes in
            products.weightGradient(
                bytes.baseAddress!, bytes.baseAddress!, rows: poisonRows, outputs: outputs,
                inputs: inputs, type: engine.type, dWeight: &ignored)
        }
        #expect(ignored.allSatisfy { $0.isNaN })
        #expect(gradient(products, dy, x, addingTo: zeros) == clean)
    }

    /// Widths of different panels share the packed copy of x.
    @Test(arguments: EngineCase.all)
    func ordersOfCallsDoNotMatter(_ engine: EngineCase) throws {
        let x = EngineMatrix(100, 96, type: engine.type, seed: 36)
        let narrow = EngineMatrix(100, 33, type: engine.type, seed: 37)
        let wide = EngineMatrix(100, 1100, type: engine.type, seed: 38)
        let first = try engine.products(threads: 2)
        let a = gradient(first, narrow, x, addingTo: .init(repeating: 0, count: 33 * 96))
        let b = gradient(first, wide, x, addingTo: .init(repeating: 0, count: 1100 * 96))
        let second = try engine.products(threads: 2)
        #expect(gradient(second, wide, x, addingTo: .init(repeating: 0, count: 1100 * 96)) == b)
        #expect(gradient(second, narrow, x, addingTo: .init(repeating: 0, count: 33 * 96)) == a)
    }
}

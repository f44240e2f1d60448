import GRPOCPU
import GRPOTensors
import Testing

/// What an engine says that a packed weight takes, beside what it does take.
struct PackedBytesTests {
    /// Weights of which each copy is large enough to have a block of its own.
    @Test(
        arguments: EngineCase.all,
        [[2100, 4100], [4100, 2100]])
    func areThoseOfTheCopy(engineCase: EngineCase, shape: [Int]) throws {
        let products = try engineCase.products(threads: 2)
        let (outputs, inputs) = (shape[0], shape[1])
        let values = [Float](repeating: 1, count: outputs * inputs)
        for transposed in [false, true] {
            let before = products.memory.bytesTaken
            let taken = values.withUnsafeBufferPointer { values in
                let packed = products.pack(
                    values.baseAddress!, outputs: outputs, inputs: inputs,
                    type: engineCase.type, transposed: transposed)
                return withExtendedLifetime(packed) { products.memory.bytesTaken - before }
            }
            let said = products.engine.packedBytes(
                outputs: outputs, inputs: inputs, type: engineCase.type)
            if engineCase.kind == .openblas, !engineCase.usesBlocked {
                // It reads float32 where it lies, and widens bfloat16 into memory of its own.
                #expect(taken == 0)
                #expect(said == (engineCase.type == .float32 ? 0 : 4 * values.count))
            } else {
                #expect(abs(Double(said) / Double(taken) - 1) < 0.02, "said \(said), took \(taken)")
            }
        }
    }

    @Test(arguments: BackendCase.engines)
    func aTransposedCopyIsTheTransposesCopy(backendCase: BackendCase) throws {
        let backend = try backendCase.backend(threads: 1)
        #expect(
            backend.packedBytes(outputs: 100, inputs: 1000, transposed: true)
                == backend.packedBytes(outputs: 1000, inputs: 100, transposed: false))
    }
}

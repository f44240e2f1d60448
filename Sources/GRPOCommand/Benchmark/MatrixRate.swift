import GRPOCPU
import GRPOModels
import GRPOTensors

/// What a way of multiplying reaches on the products of a model's forward.
struct MatrixRate {
    /// Rows of the products: many, so that the rate is the best.
    static let rows = 1024

    /// Of all products of a forward over `rows` tokens, head included.
    let seconds: Double
    let operations: Double

    var operationsPerSecond: Double { operations / seconds }

    init(_ configuration: DecoderConfiguration, _ products: MatrixProducts, backend: CPUBackend) {
        let type = backend.activationType
        var seconds = 0.0
        var operations = 0.0
        for shape in configuration.productShapes {
            let x = backend.seeded([Self.rows, shape.inputs], type)
            let values = backend.seeded([shape.outputs, shape.inputs], .float32)
            let y = backend.empty([Self.rows, shape.outputs], .float32)
            let weight = products.pack(
                values.pointer(of: Float.self), outputs: shape.outputs, inputs: shape.inputs,
                type: type)
            let time = BenchmarkClock.best {
                products.multiply(
                    x.address, rows: Self.rows, weight, y: y.pointer(of: Float.self))
            }
            withExtendedLifetime(values) {}
            seconds += time * Double(shape.count)
            operations += 2.0 * Double(Self.rows * shape.outputs * shape.inputs * shape.count)
        }
        self.seconds = seconds
        self.operations = operations
    }

    /// The matrix library's, without products of our own: the yardstick of all measurements.
    static func library(_ configuration: DecoderConfiguration, backend: CPUBackend) -> MatrixRate {
        do {
            let engine = try MatrixEngines.engine(
                backend.engine.kind, pool: backend.workers, usesBlocked: false)
            return MatrixRate(configuration, MatrixProducts(engine: engine), backend: backend)
        } catch {
            preconditionFailure("the engine in use, \(backend.engine.name): \(error)")
        }
    }
}

/// The matrices of one shape.
struct ProductShape {
    let name: String
    let outputs: Int
    let inputs: Int
    let count: Int
}

extension DecoderConfiguration {
    /// The products of a forward.
    var productShapes: [ProductShape] {
        [
            ProductShape(
                name: "qkv", outputs: queryKeyValueWidth, inputs: hiddenSize, count: layers),
            ProductShape(
                name: "output", outputs: hiddenSize, inputs: heads * headDim, count: layers),
            ProductShape(
                name: "gate_up", outputs: 2 * intermediateSize, inputs: hiddenSize, count: layers),
            ProductShape(
                name: "down", outputs: hiddenSize, inputs: intermediateSize, count: layers),
            ProductShape(name: "head", outputs: vocabularySize, inputs: hiddenSize, count: 1),
        ]
    }

    /// N: the numbers that a token is multiplied by, the head's among them.
    var productParameters: Int {
        productShapes.reduce(0) { $0 + $1.outputs * $1.inputs * $1.count }
    }

    /// N without the head, which a prefill applies to the last tokens alone.
    var blockParameters: Int { productParameters - vocabularySize * hiddenSize }
}

extension CPUBackend {
    /// Numbers between -1 and 1, the same in every process.
    func seeded(_ shape: [Int], _ type: DType) -> Tensor {
        let tensor = empty(shape, .float32)
        var state: UInt32 = 12345
        let numbers = tensor.buffer(of: Float.self)
        for index in numbers.indices {
            state = state &* 1_664_525 &+ 1_013_904_223
            numbers[index] = Float(Int32(bitPattern: state)) * 0x1p-31
        }
        return type == .float32 ? tensor : cast(tensor, to: type)
    }
}

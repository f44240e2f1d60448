package import GRPOTensors

/// The executable specification: every kernel as a textbook loop in Double, one thread.
///
/// It is the judge of the fast kernels and, because the same layers run on it, of every backward by
/// finite differences. It is not linked into the command.
package final class ReferenceBackend: Backend {
    package let pool = StoragePool()

    package init() {}

    package var name: String { "reference, float64" }
    package var parameterType: DType { .float64 }
    package var activationType: DType { .float64 }

    // Its loops read weights as they are and keep what else they need in arrays.
    package func packedBytes(outputs: Int, inputs: Int, transposed: Bool) -> Int { 0 }
    package func headGradientBytes(rows: Int, vocabulary: Int) -> Int { 0 }
    package func samplingBytes(rows: Int, vocabulary: Int) -> Int { 0 }
    package var keyBlock: Int { 1 }

    package func gatherRows(_ x: Tensor, _ rows: [Int32], y: Tensor) {
        let bytes = x.columns * x.dtype.byteCount
        for (index, row) in rows.enumerated() {
            let source = x.address + Int(row) * bytes
            (y.address + index * bytes).copyMemory(from: source, byteCount: bytes)
        }
    }

    package func scatterRows(_ x: Tensor, _ rows: [Int32], y: Tensor) {
        let bytes = x.columns * x.dtype.byteCount
        for (index, row) in rows.enumerated() {
            let target = y.address + Int(row) * bytes
            target.copyMemory(from: x.address + index * bytes, byteCount: bytes)
        }
    }

    /// Plain rows: no arrangement of keys is faster than another here.
    package func storeKeys(_ k: Tensor, _ rows: [Int32], headDim: Int, cache: Tensor) {
        scatterRows(k, rows, y: cache)
    }

    package func cast(_ x: Tensor, y: Tensor) {
        y.fill(from: x.doubles)
    }

    package func add(_ x: Tensor, y: Tensor) {
        let (x, y) = (x.f64, y.f64)
        for index in x.indices { y[index] += x[index] }
    }

    package func zero(_ x: Tensor) {
        x.address.initializeMemory(as: UInt8.self, repeating: 0, count: x.rawBytes.count)
    }

    package func squaredNorm(_ x: Tensor) -> Double {
        x.f64.reduce(0) { $0 + $1 * $1 }
    }

    package func firstNonFinite(_ x: Tensor) -> Int? {
        x.f64.firstIndex { !$0.isFinite }
    }

    package func adamW(
        _ values: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor,
        step: AdamWStep
    ) {
        let (p, g, m, v) = (values.f64, gradient.f64, firstMoment.f64, secondMoment.f64)
        let correction1 = 1 - Scalar.pow(step.beta1, Double(step.step))
        let correction2 = 1 - Scalar.pow(step.beta2, Double(step.step))
        for index in p.indices {
            let gradient = g[index] * step.gradientScale
            m[index] = step.beta1 * m[index] + (1 - step.beta1) * gradient
            v[index] = step.beta2 * v[index] + (1 - step.beta2) * gradient * gradient
            let denominator = (v[index] / correction2).squareRoot() + step.epsilon
            p[index] *= 1 - step.learningRate * step.weightDecay
            p[index] -= step.learningRate * (m[index] / correction1) / denominator
        }
    }
}

extension Tensor {
    /// The elements of a tensor of the reference backend.
    var f64: UnsafeMutableBufferPointer<Double> { buffer(of: Double.self) }
}

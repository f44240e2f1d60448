import GRPOTensors

/// Root-mean-square normalisation (Zhang and Sennrich 2019): y = x / √(mean(x²) + ε) · w.
package struct RMSNorm {
    let weight: Parameter
    let epsilon: Double

    /// - Parameter dtype: of y; by default A.
    /// - Returns: y `[tokens, width]`, and 1 / rms, R `[tokens]`.
    func forward(
        _ x: Tensor, _ backend: any Backend, to dtype: DType? = nil
    ) -> (y: Tensor, inverseRMS: Tensor) {
        backend.rmsNorm(x, weight: weight.values, epsilon: epsilon, to: dtype)
    }

    /// Adds the gradient of x to `dx`, that of w to the parameter.
    func backward(
        _ dy: Tensor, _ x: Tensor, _ inverseRMS: Tensor, addingTo dx: Tensor,
        _ backend: any Backend
    ) {
        backend.rmsNormBackward(
            dy, x: x, weight: weight.values, inverseRMS: inverseRMS, addingTo: dx,
            dWeight: weight.gradient)
    }
}

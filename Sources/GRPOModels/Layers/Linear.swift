import GRPOTensors

/// y = x Wᵀ + b.
package struct Linear {
    let weight: Parameter
    let bias: Parameter?

    /// - Parameters:
    ///   - x: A `[tokens, inputs]`.
    ///   - residual: R `[tokens, outputs]`, added to the result.
    /// - Returns: R `[tokens, outputs]`.
    func forward(_ x: Tensor, adding residual: Tensor? = nil, _ pass: Pass) -> Tensor {
        pass.backend.linear(x, weight.weight, bias: bias?.values, adding: residual)
    }

    /// dx = dy W, R `[tokens, inputs]`; dW += dyᵀ x, db += Σ dy.
    ///
    /// - Parameter dy: A `[tokens, outputs]`.
    func backward(_ dy: Tensor, _ x: Tensor, _ pass: Pass) -> Tensor {
        if let gradient = weight.gradient {
            pass.backend.linearBackwardWeight(dy, x, into: gradient, bias: bias?.gradient)
        }
        return pass.backend.linearBackwardInput(dy, weight.weight)
    }
}

import GRPOTensors

/// y = x Wᵀ + b, and what an adapter adds to it.
package struct Linear {
    let weight: Parameter
    let bias: Parameter?
    /// nil where the product has none.
    let adapter: LowRankAdapter?

    /// - Parameters:
    ///   - x: A `[tokens, inputs]`.
    ///   - residual: R `[tokens, outputs]`, added to the result.
    /// - Returns: R `[tokens, outputs]`.
    func forward(_ x: Tensor, adding residual: Tensor? = nil, _ pass: Pass) -> Tensor {
        let y = pass.backend.linear(x, weight.weight, bias: bias?.values, adding: residual)
        adapter?.forward(x, addingTo: y, pass.backend)
        return y
    }

    /// dx = dy W, R `[tokens, inputs]`; dW += dyᵀ x, db += Σ dy.
    ///
    /// - Parameter dy: A `[tokens, outputs]`.
    func backward(_ dy: Tensor, _ x: Tensor, _ pass: Pass) -> Tensor {
        if let gradient = weight.gradient {
            pass.backend.linearBackwardWeight(dy, x, into: gradient, bias: bias?.gradient)
        }
        let dx = pass.backend.linearBackwardInput(dy, weight.weight)
        adapter?.backward(dy, x, addingTo: dx, pass.backend)
        return dx
    }
}

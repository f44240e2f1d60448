package import GRPOTensors

/// down(silu(gate(x)) · up(x)) (Shazeer 2020, "GLU Variants Improve Transformer").
package struct FeedForward: Branch {
    /// The activation between the products is computed again, bit for bit.
    package struct Saved {
        let gateUp: Tensor  // R [tokens, 2 * intermediateSize]
    }

    let gateUp: Linear
    let down: Linear

    package func forward(
        _ x: Tensor, adding residual: Tensor, _ pass: Pass
    ) -> (y: Tensor, saved: Saved) {
        let saved = save(x, pass)
        let activated = pass.backend.swiglu(saved.gateUp)
        return (down.forward(activated, adding: residual, pass), saved)
    }

    package func save(_ x: Tensor, _ pass: Pass) -> Saved {
        Saved(gateUp: gateUp.forward(x, pass))
    }

    package func backward(
        _ dy: Tensor, _ x: Tensor, _ saved: Saved, _ pass: Pass
    ) -> Tensor {
        gateUp.backward(dGateUp(dy, saved, pass), x, pass)
    }

    /// A `[tokens, 2 * intermediateSize]`; that of the activation is released with it.
    private func dGateUp(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor {
        let backend = pass.backend
        let dActivated = down.backward(
            backend.cast(dy, to: backend.activationType), backend.swiglu(saved.gateUp), pass)
        return backend.swigluBackward(dActivated, gateUp: saved.gateUp)
    }
}

package import GRPOTensors

/// down(silu(gate(x)) · up(x)) (Shazeer 2020, "GLU Variants Improve Transformer").
package struct FeedForward: Branch {
    package struct Saved {
        let x: Tensor  // A [tokens, hiddenSize]
        let gateUp: Tensor  // R [tokens, 2 * intermediateSize]
        let activated: Tensor  // A [tokens, intermediateSize]
    }

    let gateUp: Linear
    let down: Linear

    package func forward(
        _ x: Tensor, adding residual: Tensor, _ pass: Pass
    ) -> (y: Tensor, saved: Saved) {
        let gateUp = gateUp.forward(x, pass)
        let activated = pass.backend.swiglu(gateUp)
        return (
            down.forward(activated, adding: residual, pass),
            Saved(x: x, gateUp: gateUp, activated: activated)
        )
    }

    package func backward(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor {
        let backend = pass.backend
        let dActivated = down.backward(
            backend.cast(dy, to: backend.activationType), saved.activated, pass)
        let dGateUp = backend.swigluBackward(dActivated, gateUp: saved.gateUp)
        return gateUp.backward(dGateUp, saved.x, pass)
    }
}

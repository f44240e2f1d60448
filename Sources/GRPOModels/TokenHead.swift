package import GRPOTensors

/// The final norm and the product with the vocabulary, applied only to the rows that need it.
package struct TokenHead {
    package struct Saved {
        let rows: [Int32]
        let targets: [Int32]
        let temperature: Double
        let x: Tensor  // R [rows, hiddenSize]
        let inverseRMS: Tensor  // R [rows]
        let hidden: Tensor  // A [rows, hiddenSize]
        let forward: TokenLogProbabilities
    }

    let norm: RMSNorm
    let weight: Parameter

    /// The log-probability of `targets[i]` after the token in row `rows[i]`.
    ///
    /// - Parameters:
    ///   - x: the residual stream, R `[tokens, hiddenSize]`.
    ///   - rows: may repeat: the completions of a group share their prompt's last row.
    package func logProbabilities(
        _ x: Tensor, rows: [Int32], targets: [Int32], temperature: Double,
        _ backend: any Backend
    ) -> (result: TokenLogProbabilities, saved: Saved) {
        let x = backend.gatherRows(x, rows)
        let (hidden, inverseRMS) = norm.forward(x, backend)
        let forward = backend.logProbabilities(
            hidden, weight.weight, targets: targets, temperature: temperature)
        return (
            forward,
            Saved(
                rows: rows, targets: targets, temperature: temperature, x: x,
                inverseRMS: inverseRMS, hidden: hidden, forward: forward)
        )
    }

    /// The gradient of the residual stream, R `[tokens, hiddenSize]`; adds to the head's and the
    /// norm's gradients.
    ///
    /// - Parameters:
    ///   - dLogProbabilities: dLoss / dlogp of each row.
    ///   - dEntropies: dLoss / dH of each row, where the loss has an entropy term.
    ///   - tokenCount: the rows of the residual stream.
    package func backward(
        _ dLogProbabilities: [Double], dEntropies: [Double]?, _ saved: Saved,
        tokenCount: Int, _ backend: any Backend
    ) -> Tensor {
        let dHidden = backend.logProbabilitiesBackward(
            saved.hidden, weight.weight, targets: saved.targets, temperature: saved.temperature,
            forward: saved.forward, dLogProbabilities: dLogProbabilities, dEntropies: dEntropies,
            dWeight: weight.gradient)
        let dRows = backend.zeros(saved.x.shape, backend.parameterType)
        norm.backward(dHidden, saved.x, saved.inverseRMS, addingTo: dRows, backend)
        let dx = backend.zeros(
            [tokenCount, saved.x.columns], backend.parameterType)
        backend.embeddingBackward(dRows, saved.rows, into: dx)
        return dx
    }

    /// Token i, drawn after row `rows[i]`; the head runs once on every row of x.
    ///
    /// - Parameters:
    ///   - x: the rows to draw from alone, R `[rows, hiddenSize]`.
    ///   - rows: ascending; may repeat: a group's first tokens are drawn from one row.
    package func sample(
        _ x: Tensor, rows: [Int32], sampling: Sampling, uniforms: [Double],
        _ backend: any Backend
    ) -> [SampledToken] {
        let (hidden, _) = norm.forward(x, backend)
        return backend.sample(
            hidden, weight.weight, rows: rows, sampling: sampling, uniforms: uniforms)
    }

    /// The logits of the rows: R `[rows, vocabulary]`.
    package func logits(_ x: Tensor, rows: [Int32], _ backend: any Backend) -> Tensor {
        let (hidden, _) = norm.forward(backend.gatherRows(x, rows), backend)
        return backend.logits(hidden, weight.weight)
    }
}

package import GRPOTensors

/// s = w · norm(x): one number for a whole sequence, read off the row of its last token.
///
/// The norm's output is not rounded to the activation type, and products are summed in Double in
/// the order of the channels: there is one row a sequence, so this costs nothing, and a score does
/// not depend on the engine's own order of sums.
package struct ScoreHead {
    package struct Saved {
        let rows: [Int32]
        let x: Tensor  // R [rows, hiddenSize]
        let inverseRMS: Tensor  // R [rows]
        let hidden: Tensor  // R [rows, hiddenSize]
    }

    let norm: RMSNorm
    let weight: Parameter  // w, [1, hiddenSize]

    /// The score at every one of `rows`.
    ///
    /// - Parameter x: the residual stream, R `[tokens, hiddenSize]`.
    package func scores(
        _ x: Tensor, rows: [Int32], _ backend: any Backend
    ) -> (scores: [Double], saved: Saved) {
        let x = backend.gatherRows(x, rows)
        let (hidden, inverseRMS) = norm.forward(x, backend, to: backend.parameterType)
        let (h, w) = (hidden.doubles, weight.values.doubles)
        let scores = rows.indices.map { row in
            w.indices.reduce(0) { $0 + w[$1] * h[row * w.count + $1] }
        }
        return (scores, Saved(rows: rows, x: x, inverseRMS: inverseRMS, hidden: hidden))
    }

    /// dh = ds w and, through the norm, the gradient of the residual stream, R `[tokens,
    /// hiddenSize]`; dw += Σ ds h.
    ///
    /// - Parameters:
    ///   - dScores: dLoss / ds of each row.
    ///   - tokenCount: the rows of the residual stream.
    package func backward(
        _ dScores: [Double], _ saved: Saved, tokenCount: Int, _ backend: any Backend
    ) -> Tensor {
        precondition(
            dScores.count == saved.rows.count,
            "\(dScores.count) gradients for \(saved.rows.count) scores")
        let w = weight.values.doubles
        if let gradient = weight.gradient {
            let h = saved.hidden.doubles
            var sum = gradient.doubles
            for (row, ds) in dScores.enumerated() {
                for channel in w.indices { sum[channel] += ds * h[row * w.count + channel] }
            }
            gradient.fill(from: sum)
        }
        let dHidden = backend.tensor(
            dScores.flatMap { ds in w.map { ds * $0 } }, saved.x.shape, backend.parameterType)
        let dRows = backend.zeros(saved.x.shape, backend.parameterType)
        norm.backward(dHidden, saved.x, saved.inverseRMS, addingTo: dRows, backend)
        let dx = backend.zeros([tokenCount, saved.x.columns], backend.parameterType)
        backend.embeddingBackward(dRows, saved.rows, into: dx)
        return dx
    }
}

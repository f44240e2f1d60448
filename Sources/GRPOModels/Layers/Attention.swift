package import GRPOTensors

/// Causal grouped-query attention with rotary positions (Vaswani et al. 2017; Su et al. 2021;
/// Ainslie et al. 2023).
package struct Attention: Branch {
    package struct Saved {
        let q: Tensor  // A [tokens, heads * headDim]
        let k: Tensor  // A [tokens, keyValueHeads * headDim]
        let v: Tensor  // A [tokens, keyValueHeads * headDim]
        let y: Tensor  // A [tokens, heads * headDim]
        let logSumExp: Tensor  // R [tokens, heads]
        let norm: HeadNorm.Saved?
    }

    let index: Int
    let heads: Int
    let keyValueHeads: Int
    let queryKeyValue: Linear
    /// Of q and k, in the families that have one.
    let norm: HeadNorm?
    let output: Linear
    /// R `[positions, headDim]`.
    let rope: Tensor

    private var headDim: Int { rope.columns }
    private var scale: Double { 1 / Double(headDim).squareRoot() }

    package func forward(
        _ x: Tensor, adding residual: Tensor, _ pass: Pass
    ) -> (y: Tensor, saved: Saved) {
        let saved = save(x, pass)
        return (output.forward(saved.y, adding: residual, pass), saved)
    }

    package func save(_ x: Tensor, _ pass: Pass) -> Saved {
        let qkv = queryKeyValue.forward(x, pass)
        let norm = norm?.forward(qkv, pass)
        let (q, k, v) = pass.backend.rope(
            qkv, positions: pass.layout.positions, table: rope, heads: heads,
            keyValueHeads: keyValueHeads)
        var (keys, values) = (k, v)
        if let cache = pass.cache {
            (keys, values) = cache.layers[index]
            pass.backend.storeKeys(k, pass.cacheRows, headDim: headDim, into: keys)
            pass.backend.scatterRows(v, pass.cacheRows, into: values)
        }
        let (y, logSumExp) = pass.backend.attention(
            q: q, k: keys, v: values, layout: pass.layout, headDim: headDim, scale: scale)
        return Saved(q: q, k: k, v: v, y: y, logSumExp: logSumExp, norm: norm)
    }

    package func backward(
        _ dy: Tensor, _ x: Tensor, _ saved: Saved, _ pass: Pass
    ) -> Tensor {
        precondition(pass.cache == nil, "backward of a pass with a key-value cache")
        return queryKeyValue.backward(dQueryKeyValue(dy, saved, pass), x, pass)
    }

    // The steps of backward are functions, so that each gradient is released when the next one is
    // there: all of them together would be the most that lives beside the saved activations.

    /// A `[tokens, (heads + 2 keyValueHeads) * headDim]`.
    private func dQueryKeyValue(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor {
        let backend = pass.backend
        let rows = dRotated(dy, saved, pass)
        if let norm, let heads = saved.norm { norm.backward(rows, heads, pass) }
        return backend.cast(rows, to: backend.activationType)
    }

    /// What stands before the rotation: A, or R where a norm's backward follows.
    private func dRotated(_ dy: Tensor, _ saved: Saved, _ pass: Pass) -> Tensor {
        let backend = pass.backend
        let (dq, dk, dv) = dHeads(dy, saved, pass)
        return backend.ropeBackward(
            dq: dq, dk: dk, dv: dv, positions: pass.layout.positions, table: rope,
            to: norm == nil ? backend.activationType : backend.parameterType)
    }

    /// R `[tokens, heads * headDim]`, and twice R `[tokens, keyValueHeads * headDim]`.
    private func dHeads(
        _ dy: Tensor, _ saved: Saved, _ pass: Pass
    ) -> (dq: Tensor, dk: Tensor, dv: Tensor) {
        let backend = pass.backend
        let dAttention = output.backward(
            backend.cast(dy, to: backend.activationType), saved.y, pass)
        return backend.attentionBackward(
            dAttention, q: saved.q, k: saved.k, v: saved.v, y: saved.y,
            logSumExp: saved.logSumExp, layout: pass.layout, headDim: headDim, scale: scale)
    }
}

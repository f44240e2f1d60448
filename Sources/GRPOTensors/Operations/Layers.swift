extension Backend {
    /// Root-mean-square normalisation of each row.
    ///
    /// - Parameter dtype: of y; by default that of activations.
    /// - Returns: y `[tokens, width]` and 1 / √(mean(x²) + ε), `[tokens]`.
    package func rmsNorm(
        _ x: Tensor, weight: Tensor, epsilon: Double, to dtype: DType? = nil
    ) -> (y: Tensor, inverseRMS: Tensor) {
        require(x, parameterType, [x.rows, weight.count], "x of a norm")
        require(weight, parameterType, rank: 1, "weight of a norm")
        let y = empty(x.shape, dtype ?? activationType)
        let inverseRMS = empty([x.rows], parameterType)
        rmsNorm(x, weight: weight, epsilon: epsilon, y: y, inverseRMS: inverseRMS)
        return (y, inverseRMS)
    }

    /// Adds the gradient through the norm to `dx`, and the weight's to `dWeight`.
    package func rmsNormBackward(
        _ dy: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, addingTo dx: Tensor,
        dWeight: Tensor?
    ) {
        require(dy, parameterType, x.shape, "dy of a norm")
        require(dx, parameterType, x.shape, "dx of a norm")
        require(inverseRMS, parameterType, [x.rows], "inverse RMS")
        rmsNormBackward(
            dy, x: x, weight: weight, inverseRMS: inverseRMS, dx: dx, dWeight: dWeight)
    }

    /// Splits the product of q, k and v and rotates q and k to their positions.
    ///
    /// - Parameter table: `[positions, headDim]`, the cosines of headDim / 2 angles, then the sines.
    package func rope(
        _ qkv: Tensor, positions: [Int32], table: Tensor, heads: Int, keyValueHeads: Int
    ) -> (q: Tensor, k: Tensor, v: Tensor) {
        let headDim = table.columns
        require(
            qkv, parameterType, [positions.count, (heads + 2 * keyValueHeads) * headDim], "qkv")
        if let last = positions.max() {
            precondition(Int(last) < table.rows, "position \(last) of a table of \(table.rows)")
        }
        let q = empty([positions.count, heads * headDim], activationType)
        let k = empty([positions.count, keyValueHeads * headDim], activationType)
        let v = empty([positions.count, keyValueHeads * headDim], activationType)
        rope(qkv, positions: positions, table: table, headDim: headDim, q: q, k: k, v: v)
        return (q, k, v)
    }

    /// The gradient of the product of q, k and v.
    ///
    /// - Parameter dtype: of the result; by default that of activations.
    package func ropeBackward(
        dq: Tensor, dk: Tensor, dv: Tensor, positions: [Int32], table: Tensor,
        to dtype: DType? = nil
    ) -> Tensor {
        let dqkv = empty(
            [positions.count, dq.columns + dk.columns + dv.columns], dtype ?? activationType)
        require(dq, parameterType, [positions.count, dq.columns], "dq")
        require(dk, parameterType, [positions.count, dv.columns], "dk")
        require(dv, parameterType, [positions.count, dk.columns], "dv")
        ropeBackward(
            dq: dq, dk: dk, dv: dv, positions: positions, table: table, headDim: table.columns,
            dqkv: dqkv)
        return dqkv
    }

    /// Causal grouped-query attention.
    ///
    /// - Parameters:
    ///   - q: `[tokens, heads * headDim]`.
    ///   - k: `[rows, keyValueHeads * headDim]`; `v` alike.
    ///   - scale: of the scores, 1 / √headDim.
    /// - Returns: y like `q`, and the scores' log-sum-exp `[tokens, heads]`.
    package func attention(
        q: Tensor, k: Tensor, v: Tensor, layout: AttentionLayout, headDim: Int, scale: Double
    ) -> (y: Tensor, logSumExp: Tensor) {
        require(q, activationType, [layout.tokenCount, q.columns], "q")
        require(k, activationType, v.shape, "k")
        require(v, activationType, k.shape, "v")
        precondition(
            q.columns % k.columns == 0 && k.columns % headDim == 0,
            "\(q.columns) channels of queries, \(k.columns) of keys, \(headDim) a head")
        for span in layout.spans {
            precondition(
                span.prefixStart + span.prefixCount <= k.rows
                    && span.ownStart + span.ownCount <= k.rows, "\(span) of \(k.rows) rows")
        }
        let y = empty(q.shape, activationType)
        let logSumExp = empty([q.rows, q.columns / headDim], parameterType)
        attention(
            q: q, k: k, v: v, layout: layout, headDim: headDim, scale: scale, y: y,
            logSumExp: logSumExp)
        return (y, logSumExp)
    }

    /// The gradients of q, k and v, where keys and values stand beside the queries.
    package func attentionBackward(
        _ dy: Tensor, q: Tensor, k: Tensor, v: Tensor, y: Tensor, logSumExp: Tensor,
        layout: AttentionLayout, headDim: Int, scale: Double
    ) -> (dq: Tensor, dk: Tensor, dv: Tensor) {
        require(dy, parameterType, q.shape, "dy of attention")
        require(y, activationType, q.shape, "y of attention")
        let dq = empty(q.shape, parameterType)
        let dk = empty(k.shape, parameterType)
        let dv = empty(v.shape, parameterType)
        attentionBackward(
            dy, q: q, k: k, v: v, y: y, logSumExp: logSumExp, layout: layout, headDim: headDim,
            scale: scale, dq: dq, dk: dk, dv: dv)
        return (dq, dk, dv)
    }

    /// silu(gate) · up of `[tokens, 2 * width]`, gate first.
    package func swiglu(_ gateUp: Tensor) -> Tensor {
        require(gateUp, parameterType, rank: 2, "gate and up")
        let y = empty([gateUp.rows, gateUp.columns / 2], activationType)
        swiglu(gateUp, y: y)
        return y
    }

    /// The gradient of gate and up, `[tokens, 2 * width]`.
    package func swigluBackward(_ dy: Tensor, gateUp: Tensor) -> Tensor {
        require(dy, parameterType, [gateUp.rows, gateUp.columns / 2], "dy of SwiGLU")
        let dGateUp = empty(gateUp.shape, activationType)
        swigluBackward(dy, gateUp: gateUp, dGateUp: dGateUp)
        return dGateUp
    }

    /// The rows named by `rows`, in that order.
    package func gatherRows(_ x: Tensor, _ rows: [Int32]) -> Tensor {
        for row in rows { precondition(row >= 0 && row < x.rows, "row \(row) of \(x.rows)") }
        let y = empty([rows.count] + x.shape.dropFirst(), x.dtype)
        gatherRows(x, rows, y: y)
        return y
    }

    /// Writes row i of `x` to row `rows[i]` of `y`.
    package func scatterRows(_ x: Tensor, _ rows: [Int32], into y: Tensor) {
        require(x, y.dtype, [rows.count] + y.shape.dropFirst(), "rows to scatter")
        for row in rows { precondition(row >= 0 && row < y.rows, "row \(row) of \(y.rows)") }
        scatterRows(x, rows, y: y)
    }

    /// Writes row i of `k` to row `rows[i]` of a cache of keys, which only an `attention` whose
    /// layout has `keysAreCached` can read.
    package func storeKeys(_ k: Tensor, _ rows: [Int32], headDim: Int, into cache: Tensor) {
        require(k, cache.dtype, [rows.count] + cache.shape.dropFirst(), "keys to store")
        precondition(
            cache.rows % keyBlock == 0 && headDim % 2 == 0 && k.columns % headDim == 0,
            "a cache of \(cache.rows) rows, \(k.columns) channels, \(headDim) a head")
        for row in rows {
            precondition(row >= 0 && row < cache.rows, "row \(row) of \(cache.rows)")
        }
        storeKeys(k, rows, headDim: headDim, cache: cache)
    }

    /// The same elements rounded to another type; the same tensor where it has that type already.
    package func cast(_ x: Tensor, to dtype: DType) -> Tensor {
        guard x.dtype != dtype else { return x }
        let y = empty(x.shape, dtype)
        cast(x, y: y)
        return y
    }
}

import GRPOTensors

/// Root-mean-square norms of every head of q and of k before their rotation (Henry et al. 2020,
/// "Query-Key Normalization for Transformers", with the norm of Qwen3): all heads of q share one
/// weight of size headDim, those of k another.
///
/// A head is a row of its own here, so what it becomes depends on no other token. The result stays
/// in R: q and k are rounded once, after the rotation.
package struct HeadNorm {
    package struct Saved {
        let q: Tensor  // R [tokens * heads, headDim], before the norm
        let k: Tensor  // R [tokens * keyValueHeads, headDim]
        let inverseQ: Tensor  // R [tokens * heads]
        let inverseK: Tensor  // R [tokens * keyValueHeads]
    }

    let query: RMSNorm
    let key: RMSNorm
    let heads: Int
    let keyValueHeads: Int

    /// Normalises q and k where they stand in `qkv`, R `[tokens, (heads + 2 keyValueHeads) *
    /// headDim]`, and returns what backward needs.
    func forward(_ qkv: Tensor, _ pass: Pass) -> Saved {
        let backend = pass.backend
        let rows = headRows(qkv)
        let places = pass.headPlaces.rows(heads: heads, keyValueHeads: keyValueHeads)
        func normalize(_ norm: RMSNorm, _ places: [Int32]) -> (x: Tensor, inverse: Tensor) {
            let x = backend.gatherRows(rows, places)
            let (y, inverse) = norm.forward(x, backend, to: backend.parameterType)
            backend.scatterRows(y, places, into: rows)
            return (x, inverse)
        }
        let (q, inverseQ) = normalize(query, places.query)
        let (k, inverseK) = normalize(key, places.key)
        return Saved(q: q, k: k, inverseQ: inverseQ, inverseK: inverseK)
    }

    /// Turns the gradient of what `forward` left in `qkv` into that of what it found, in place;
    /// adds to the gradients of both weights.
    ///
    /// - Parameter dqkv: R `[tokens, (heads + 2 keyValueHeads) * headDim]`.
    func backward(_ dqkv: Tensor, _ saved: Saved, _ pass: Pass) {
        let backend = pass.backend
        let rows = headRows(dqkv)
        let places = pass.headPlaces.rows(heads: heads, keyValueHeads: keyValueHeads)
        func descend(_ norm: RMSNorm, _ x: Tensor, _ inverse: Tensor, _ places: [Int32]) {
            let dx = backend.zeros(x.shape, backend.parameterType)
            norm.backward(backend.gatherRows(rows, places), x, inverse, addingTo: dx, backend)
            backend.scatterRows(dx, places, into: rows)
        }
        descend(query, saved.q, saved.inverseQ, places.query)
        descend(key, saved.k, saved.inverseK, places.key)
    }

    /// Every head as a row: `[tokens * (heads + 2 keyValueHeads), headDim]`.
    private func headRows(_ qkv: Tensor) -> Tensor {
        let count = heads + 2 * keyValueHeads
        return qkv.reshaped([qkv.rows * count, qkv.columns / count])
    }
}

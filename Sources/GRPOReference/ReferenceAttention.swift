package import GRPOTensors

extension AttentionSpan {
    /// The row of keys at a logical position.
    func keyRow(_ position: Int) -> Int {
        position < prefixCount ? prefixStart + position : ownStart + position - prefixCount
    }
}

extension ReferenceBackend {
    package func attention(
        q: Tensor, k: Tensor, v: Tensor, layout: AttentionLayout, headDim: Int, scale: Double,
        y: Tensor, logSumExp: Tensor
    ) {
        let heads = q.columns / headDim
        let group = q.columns / k.columns
        for span in layout.spans {
            for query in 0..<span.queryCount {
                let row = span.queryStart + query
                let position = span.firstPosition + query
                for head in 0..<heads {
                    let scores = scores(
                        q, k, span, row: row, position: position, head: head, group: group,
                        headDim: headDim, scale: scale)
                    let largest = scores.max()!
                    let sum = scores.reduce(0) { $0 + Scalar.exp($1 - largest) }
                    let total = largest + Scalar.log(sum)
                    logSumExp.f64[row * heads + head] = total
                    for c in 0..<headDim {
                        var value = 0.0
                        for j in 0...position {
                            let key = span.keyRow(j) * v.columns + head / group * headDim + c
                            value += Scalar.exp(scores[j] - total) * v.f64[key]
                        }
                        y.f64[row * q.columns + head * headDim + c] = value
                    }
                }
            }
        }
    }

    // With P = softmax(S): dV = Pᵀ dY, dP = dY Vᵀ, dS = P (dP - Σ dY·Y), dQ = dS K, dK = dSᵀ Q.
    package func attentionBackward(
        _ dy: Tensor, q: Tensor, k: Tensor, v: Tensor, y: Tensor, logSumExp: Tensor,
        layout: AttentionLayout, headDim: Int, scale: Double, dq: Tensor, dk: Tensor, dv: Tensor
    ) {
        for tensor in [dq, dk, dv] { zero(tensor) }
        let heads = q.columns / headDim
        let group = q.columns / k.columns
        for span in layout.spans {
            for query in 0..<span.queryCount {
                let row = span.queryStart + query
                let position = span.firstPosition + query
                for head in 0..<heads {
                    let scores = scores(
                        q, k, span, row: row, position: position, head: head, group: group,
                        headDim: headDim, scale: scale)
                    let out = row * q.columns + head * headDim
                    var dot = 0.0
                    for c in 0..<headDim { dot += dy.f64[out + c] * y.f64[out + c] }
                    for j in 0...position {
                        let key = span.keyRow(j) * k.columns + head / group * headDim
                        let p = Scalar.exp(scores[j] - logSumExp.f64[row * heads + head])
                        var dp = 0.0
                        for c in 0..<headDim { dp += dy.f64[out + c] * v.f64[key + c] }
                        let ds = p * (dp - dot) * scale
                        for c in 0..<headDim {
                            dv.f64[key + c] += p * dy.f64[out + c]
                            dq.f64[out + c] += ds * k.f64[key + c]
                            dk.f64[key + c] += ds * q.f64[out + c]
                        }
                    }
                }
            }
        }
    }

    /// The scaled scores of one query and head against positions 0...position.
    private func scores(
        _ q: Tensor, _ k: Tensor, _ span: AttentionSpan, row: Int, position: Int, head: Int,
        group: Int, headDim: Int, scale: Double
    ) -> [Double] {
        (0...position).map { j in
            let key = span.keyRow(j) * k.columns + head / group * headDim
            var dot = 0.0
            for c in 0..<headDim {
                dot += q.f64[row * q.columns + head * headDim + c] * k.f64[key + c]
            }
            return dot * scale
        }
    }
}

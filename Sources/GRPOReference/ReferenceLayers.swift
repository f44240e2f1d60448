package import GRPOTensors

extension ReferenceBackend {
    package func rmsNorm(
        _ x: Tensor, weight: Tensor, epsilon: Double, y: Tensor, inverseRMS: Tensor
    ) {
        let (rows, width) = (x.rows, x.columns)
        let (x, w, y, r) = (x.f64, weight.f64, y.f64, inverseRMS.f64)
        for t in 0..<rows {
            var squares = 0.0
            for c in 0..<width { squares += x[t * width + c] * x[t * width + c] }
            r[t] = 1 / (squares / Double(width) + epsilon).squareRoot()
            for c in 0..<width { y[t * width + c] = x[t * width + c] * r[t] * w[c] }
        }
    }

    // With x̂ = x·r: dw = Σ dy·x̂, dx = r (dy·w - x̂ · mean(dy·w·x̂)).
    package func rmsNormBackward(
        _ dy: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, dx: Tensor, dWeight: Tensor?
    ) {
        let (rows, width) = (x.rows, x.columns)
        let (dy, x, w, r, dx) = (dy.f64, x.f64, weight.f64, inverseRMS.f64, dx.f64)
        for t in 0..<rows {
            var mean = 0.0
            for c in 0..<width {
                mean += dy[t * width + c] * w[c] * x[t * width + c] * r[t] / Double(width)
            }
            for c in 0..<width {
                let (i, normalised) = (t * width + c, x[t * width + c] * r[t])
                dx[i] += r[t] * (dy[i] * w[c] - normalised * mean)
                if let dWeight { dWeight.f64[c] += dy[i] * normalised }
            }
        }
    }

    package func rope(
        _ qkv: Tensor, positions: [Int32], table: Tensor, headDim: Int, q: Tensor, k: Tensor,
        v: Tensor
    ) {
        let width = qkv.columns
        let (source, table) = (qkv.f64, table.f64)
        for (t, position) in positions.enumerated() {
            var column = 0
            for (target, rotated) in [(q, true), (k, true), (v, false)] {
                for c in 0..<target.columns {
                    let row = source.baseAddress! + t * width + column - column % headDim
                    let i = c % headDim
                    let value =
                        rotated
                        ? rotate(row, i, headDim, table, Int(position), 1) : row[i]
                    target.f64[t * target.columns + c] = value
                    column += 1
                }
            }
        }
    }

    package func ropeBackward(
        dq: Tensor, dk: Tensor, dv: Tensor, positions: [Int32], table: Tensor, headDim: Int,
        dqkv: Tensor
    ) {
        let (target, table) = (dqkv.f64, table.f64)
        for (t, position) in positions.enumerated() {
            var column = 0
            for (source, rotated) in [(dq, true), (dk, true), (dv, false)] {
                for c in 0..<source.columns {
                    let row = source.f64.baseAddress! + t * source.columns + c - c % headDim
                    let i = c % headDim
                    let value =
                        rotated
                        ? rotate(row, i, headDim, table, Int(position), -1) : row[i]
                    target[t * dqkv.columns + column] = value
                    column += 1
                }
            }
        }
    }

    /// Element i of a head rotated by ±θ: pairs (i, i + D/2) turn by the angle of their frequency.
    private func rotate(
        _ head: UnsafeMutablePointer<Double>, _ i: Int, _ headDim: Int,
        _ table: UnsafeMutableBufferPointer<Double>, _ position: Int, _ direction: Double
    ) -> Double {
        let half = headDim / 2
        let cosine = table[position * headDim + i % half]
        let sine = table[position * headDim + half + i % half] * direction
        return i < half
            ? head[i] * cosine - head[i + half] * sine
            : head[i] * cosine + head[i - half] * sine
    }

    package func swiglu(_ gateUp: Tensor, y: Tensor) {
        let (rows, width) = (y.rows, y.columns)
        let (x, y) = (gateUp.f64, y.f64)
        for t in 0..<rows {
            for c in 0..<width {
                let (gate, up) = (x[t * 2 * width + c], x[t * 2 * width + width + c])
                y[t * width + c] = gate / (1 + Scalar.exp(-gate)) * up
            }
        }
    }

    // silu'(g) = σ(g) (1 + g (1 - σ(g))).
    package func swigluBackward(_ dy: Tensor, gateUp: Tensor, dGateUp: Tensor) {
        let (rows, width) = (dy.rows, dy.columns)
        let (dy, x, dx) = (dy.f64, gateUp.f64, dGateUp.f64)
        for t in 0..<rows {
            for c in 0..<width {
                let (i, j) = (t * 2 * width + c, t * 2 * width + width + c)
                let sigmoid = 1 / (1 + Scalar.exp(-x[i]))
                let d = dy[t * width + c]
                dx[i] = d * x[j] * sigmoid * (1 + x[i] * (1 - sigmoid))
                dx[j] = d * x[i] * sigmoid
            }
        }
    }
}

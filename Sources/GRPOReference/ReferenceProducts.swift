package import GRPOTensors

extension ReferenceBackend {
    package func embedding(_ table: Tensor, _ tokens: [Int32], y: Tensor) {
        let (w, y, width) = (table.f64, y.f64, table.columns)
        for (t, token) in tokens.enumerated() {
            for c in 0..<width { y[t * width + c] = w[Int(token) * width + c] }
        }
    }

    package func embeddingBackward(_ dy: Tensor, _ tokens: [Int32], dTable: Tensor) {
        let (dy, dw, width) = (dy.f64, dTable.f64, dTable.columns)
        for (t, token) in tokens.enumerated() {
            for c in 0..<width { dw[Int(token) * width + c] += dy[t * width + c] }
        }
    }

    package func linear(
        _ x: Tensor, _ weight: Weight, bias: Tensor?, residual: Tensor?, y: Tensor
    ) {
        let (rows, outputs, inputs) = (x.rows, weight.outputs, weight.inputs)
        let (x, w, y) = (x.f64, weight.values.f64, y.f64)
        for t in 0..<rows {
            for n in 0..<outputs {
                var sum = 0.0
                for k in 0..<inputs { sum += x[t * inputs + k] * w[n * inputs + k] }
                if let bias { sum += bias.f64[n] }
                if let residual { sum += residual.f64[t * outputs + n] }
                y[t * outputs + n] = sum
            }
        }
    }

    package func linearBackwardInput(_ dy: Tensor, _ weight: Weight, dx: Tensor) {
        let (rows, outputs, inputs) = (dy.rows, weight.outputs, weight.inputs)
        let (dy, w, dx) = (dy.f64, weight.values.f64, dx.f64)
        for t in 0..<rows {
            for k in 0..<inputs {
                var sum = 0.0
                for n in 0..<outputs { sum += dy[t * outputs + n] * w[n * inputs + k] }
                dx[t * inputs + k] = sum
            }
        }
    }

    package func linearBackwardWeight(_ dy: Tensor, _ x: Tensor, dWeight: Tensor, dBias: Tensor?) {
        let (rows, outputs, inputs) = (dy.rows, dy.columns, x.columns)
        let (dy, x, dw) = (dy.f64, x.f64, dWeight.f64)
        for t in 0..<rows {
            for n in 0..<outputs {
                for k in 0..<inputs {
                    dw[n * inputs + k] += dy[t * outputs + n] * x[t * inputs + k]
                }
                if let dBias { dBias.f64[n] += dy[t * outputs + n] }
            }
        }
    }

    package func logits(_ hidden: Tensor, _ weight: Weight, logits: Tensor) {
        linear(hidden, weight, bias: nil, residual: nil, y: logits)
    }
}

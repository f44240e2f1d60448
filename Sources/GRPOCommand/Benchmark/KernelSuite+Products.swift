import GRPOCPU
import GRPOModels
import GRPOTensors

// Products, the head and the optimizer.
extension KernelSuite {
    /// Forward, dX and dW of every matrix of a block, and the forward on few rows.
    func products() -> [KernelResult] {
        configuration.productShapes.filter { $0.name != "head" }.flatMap { shape in
            let count = Self.tokens
            let weight = Weight(seeded([shape.outputs, shape.inputs]))
            let x = seeded([count, shape.inputs], activation)
            let dy = seeded([count, shape.outputs], activation)
            let y = backend.empty([count, shape.outputs], .float32)
            let dx = backend.empty([count, shape.inputs], .float32)
            let dWeight = backend.zeros([shape.outputs, shape.inputs], .float32)
            let one = 2.0 * Double(shape.outputs * shape.inputs)
            let few = [1, 16, 64].map { rows in
                computes("\(shape.name)_rows_\(rows)", one * Double(rows)) {
                    backend.linear(
                        x.rows(0..<rows), weight, bias: nil, residual: nil, y: y.rows(0..<rows))
                }
            }
            return few + [
                computes("\(shape.name)_forward", one * Double(count)) {
                    backend.linear(x, weight, bias: nil, residual: nil, y: y)
                },
                computes("\(shape.name)_backward_input", one * Double(count)) {
                    backend.linearBackwardInput(dy, weight, dx: dx)
                },
                computes("\(shape.name)_backward_weight", one * Double(count)) {
                    backend.linearBackwardWeight(dy, x, dWeight: dWeight, dBias: nil)
                },
            ]
        }
    }

    /// Log-probabilities of every token, their backward, and sampling.
    func head() -> [KernelResult] {
        let (count, width) = (Self.tokens, configuration.hiddenSize)
        let vocabulary = configuration.vocabularySize
        let hidden = seeded([count, width], activation)
        let weight = Weight(seeded([vocabulary, width]))
        let dHidden = backend.empty([count, width], .float32)
        let dWeight = backend.zeros([vocabulary, width], .float32)
        let targets = (0..<count).map { Int32($0 &* 7919 % vocabulary) }
        let gradient = Array(repeating: 0.01, count: count)
        let one = 2.0 * Double(vocabulary * width)
        var forward = backend.logProbabilities(hidden, weight, targets: targets, temperature: 1)
        return [
            computes("log_probabilities", one * Double(count)) {
                forward = backend.logProbabilities(
                    hidden, weight, targets: targets, temperature: 1)
            },
            // The logits again, then dHidden and dWeight.
            computes("log_probabilities_backward", 3 * one * Double(count)) {
                backend.logProbabilitiesBackward(
                    hidden, weight, targets: targets, temperature: 1, forward: forward,
                    dLogProbabilities: gradient, dEntropies: nil, dHidden: dHidden,
                    dWeight: dWeight)
            },
        ]
            + [1, 16, 64].map { rows in
                let uniforms = (0..<rows).map { Double($0) / Double(rows) }
                return computes("sample_\(rows)", one * Double(rows)) {
                    _ = backend.sample(
                        hidden.rows(0..<rows), weight, sampling: Sampling(), uniforms: uniforms)
                }
            }
    }

    /// On as many elements as the model has parameters.
    func optimizer() -> [KernelResult] {
        let count = configuration.productParameters
        let values = seeded([count])
        let gradient = seeded([count])
        let first = seeded([count])
        let second = backend.zeros([count], .float32)
        return [
            moves("adamw", count * 28) {
                backend.adamW(
                    values, gradient: gradient, firstMoment: first, secondMoment: second,
                    step: AdamWStep(learningRate: 1e-6, weightDecay: 0.1, step: 3))
            },
            moves("squared_norm", count * 4) { _ = backend.squaredNorm(gradient) },
            moves("zero", count * 4) { backend.zero(first) },
        ]
    }
}

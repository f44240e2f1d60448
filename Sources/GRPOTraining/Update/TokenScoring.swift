package import GRPOModels
package import GRPOTensors

extension Decoder {
    /// The log-probability of every target, without anything a backward would need.
    package func score(_ packed: PackedTokens, temperature: Double) -> TokenLogProbabilities {
        let pass = Pass(backend, packed.packing)
        let x = infer(packed.tokens, pass)
        return head.logProbabilities(
            x, rows: packed.rows, targets: packed.targets, temperature: temperature, backend
        ).result
    }

    /// The gradients of an objective's share with respect to the head's numbers.
    package struct HeadGradients {
        package var dLogProbabilities: [Double]
        package var dEntropies: [Double]?

        package init(dLogProbabilities: [Double], dEntropies: [Double]? = nil) {
            self.dLogProbabilities = dLogProbabilities
            self.dEntropies = dEntropies
        }
    }

    /// One micro-batch: forward, the objective, backward. Gradients are added to the parameters'.
    ///
    /// - Parameters:
    ///   - checkpointing: whether backward computes each block's activations again; less memory,
    ///     more time, the same bits.
    ///   - objective: turns log-probabilities into their gradients.
    package func accumulateGradients(
        _ packed: PackedTokens, temperature: Double, checkpointing: Bool = false,
        objective: (TokenLogProbabilities) -> HeadGradients
    ) {
        guard !packed.targets.isEmpty else { return }
        let pass = Pass(backend, packed.packing)
        var (x, saved) = forward(packed.tokens, pass, checkpointing: checkpointing)
        x = headGradient(x, packed, temperature: temperature, objective: objective)
        backward(x, &saved, pass)
    }

    /// The gradient of the last residual stream, R `[tokens, hiddenSize]`; what the head has saved
    /// ends here, before the blocks' backward begins.
    private func headGradient(
        _ x: Tensor, _ packed: PackedTokens, temperature: Double,
        objective: (TokenLogProbabilities) -> HeadGradients
    ) -> Tensor {
        let (result, saved) = head.logProbabilities(
            x, rows: packed.rows, targets: packed.targets, temperature: temperature, backend)
        let gradients = objective(result)
        return head.backward(
            gradients.dLogProbabilities, dEntropies: gradients.dEntropies, saved,
            tokenCount: packed.packing.tokenCount, backend)
    }
}

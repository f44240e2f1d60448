extension Backend {
    /// One token for each row of the hidden states.
    package func sample(
        _ hidden: Tensor, _ weight: Weight, sampling: Sampling, uniforms: [Double]
    ) -> [SampledToken] {
        sample(
            hidden, weight, rows: (0..<Int32(hidden.rows)).map { $0 }, sampling: sampling,
            uniforms: uniforms)
    }

    /// The gradient of the hidden states, `[tokens, width]`, given those of the log-probabilities
    /// and optionally of the entropies; adds to the head's gradient.
    package func logProbabilitiesBackward(
        _ hidden: Tensor, _ weight: Weight, targets: [Int32], temperature: Double,
        forward: TokenLogProbabilities, dLogProbabilities: [Double], dEntropies: [Double]?,
        dWeight: Tensor?
    ) -> Tensor {
        require(hidden, activationType, [targets.count, weight.inputs], "hidden states")
        precondition(
            dLogProbabilities.count == targets.count,
            "\(dLogProbabilities.count) gradients for \(targets.count) tokens")
        let dHidden = empty(hidden.shape, parameterType)
        logProbabilitiesBackward(
            hidden, weight, targets: targets, temperature: temperature, forward: forward,
            dLogProbabilities: dLogProbabilities, dEntropies: dEntropies, dHidden: dHidden,
            dWeight: dWeight)
        return dHidden
    }
}

/// Watches an engine's promise that sampler and trainer agree bit for bit: wherever an update is
/// the first on its samples, the largest difference of their log-probabilities must be 0.
package struct ExactnessWatch {
    /// Steps that one generation of samples serves.
    private let generationSteps: Int
    private var isBroken = false

    package init(generationSteps: Int) {
        self.generationSteps = generationSteps
    }

    /// What to warn of, once, at the first step that breaks the promise.
    package mutating func problem(
        step: Int, metrics: [(name: String, value: Double)]
    ) -> String? {
        guard !isBroken, (step - 1) % generationSteps == 0,
            let difference = metrics.first(where: { $0.name == Self.metric })?.value,
            difference != 0
        else { return nil }
        isBroken = true
        return """
            step \(step): SAMPLER AND TRAINER DISAGREE: \(Self.metric) is \(difference), \
            expected 0, because this engine promises equal bits; gradients are taken at another \
            policy than the one that sampled. Run grpo doctor, and report it with environment.json
            """
    }

    private static let metric = "sampling/sampling_logp_difference/max"
}

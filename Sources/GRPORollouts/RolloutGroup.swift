package import GRPOTasks
package import GRPOTensors

/// A prompt to be completed several times.
package struct RolloutRequest: Sendable {
    package var problem: Problem
    package var promptIDs: [Int32]
    /// Names the prompt's random numbers within the step; a replaced prompt gets a new slot.
    package var slot: Int

    package init(problem: Problem, promptIDs: [Int32], slot: Int) {
        self.problem = problem
        self.promptIDs = promptIDs
        self.slot = slot
    }
}

/// A completion as it was sampled: ids and log-probabilities, never derived from text again.
package struct SampledCompletion: Sendable {
    /// The new tokens, the ending token included.
    package var tokenIDs: [Int32]
    /// Of each token, in nats, at the sampling temperature.
    package var logProbabilities: [Double]
    package var completion: Completion

    package init(tokenIDs: [Int32], logProbabilities: [Double], completion: Completion) {
        self.tokenIDs = tokenIDs
        self.logProbabilities = logProbabilities
        self.completion = completion
    }
}

/// The completions of one problem.
package struct RolloutGroup: Sendable {
    package var problem: Problem
    package var promptIDs: [Int32]
    package var slot: Int
    package var completions: [SampledCompletion]

    package init(
        problem: Problem, promptIDs: [Int32], slot: Int, completions: [SampledCompletion]
    ) {
        self.problem = problem
        self.promptIDs = promptIDs
        self.slot = slot
        self.completions = completions
    }
}

/// How many completions, how long, drawn how.
package struct RolloutSettings: Sendable {
    package var numGenerations: Int
    package var maxCompletionLength: Int
    package var sampling: Sampling
    /// The largest number of sequences decoded at once.
    package var concurrency: Int
    /// Whether ending tokens are ignored, so that every completion has full length.
    package var ignoresEnding: Bool

    package init(
        numGenerations: Int, maxCompletionLength: Int, sampling: Sampling = Sampling(),
        concurrency: Int = 256, ignoresEnding: Bool = false
    ) {
        self.numGenerations = numGenerations
        self.maxCompletionLength = maxCompletionLength
        self.sampling = sampling
        self.concurrency = concurrency
        self.ignoresEnding = ignoresEnding
    }
}

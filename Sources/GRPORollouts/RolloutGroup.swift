package import GRPOTasks
package import GRPOTensors

/// A prompt to be completed several times.
package struct RolloutRequest: Sendable {
    package var problem: Problem
    package var promptIDs: [Int32]
    /// The opened thought that the prompt ends with, or nothing (see `Thought`).
    package var opening: String
    /// Names the prompt's random numbers within the step; a replaced prompt gets a new slot.
    package var slot: Int

    package init(problem: Problem, promptIDs: [Int32], opening: String = "", slot: Int) {
        self.problem = problem
        self.promptIDs = promptIDs
        self.opening = opening
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
    /// As in the request.
    package var opening: String
    package var slot: Int
    package var completions: [SampledCompletion]

    package init(
        problem: Problem, promptIDs: [Int32], opening: String = "", slot: Int,
        completions: [SampledCompletion]
    ) {
        self.problem = problem
        self.promptIDs = promptIDs
        self.opening = opening
        self.slot = slot
        self.completions = completions
    }

    /// The completions as they are judged.
    package var judged: [Completion] { completions.map { $0.completion.behind(opening) } }
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

package import GRPOTasks

/// Gives completions a number that no rule knows: what a reward model is to the rewards.
package protocol CompletionScorer: Sendable {
    /// One score for each completion, in their order; nil where there is nothing to judge.
    func scores(_ completions: [Completion], of problem: Problem) throws -> [Double?]
}

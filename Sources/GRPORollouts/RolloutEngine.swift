import GRPOModels
import GRPOTasks
package import GRPOTensors

/// Completes prompts by continuous batching: problems in, completions with ids and
/// log-probabilities out.
///
/// A prompt is computed once for its group; its rows of the cache are the prefix of all its
/// completions. A finished sequence's place is refilled before the next token. What is drawn
/// depends on the random stream's counters alone, never on which sequences happen to run together.
package final class RolloutEngine {
    /// Called after every token with the number of completions done and of tokens sampled.
    package typealias Progress = (_ finished: Int, _ total: Int, _ tokens: Int) throws -> Void

    private let policy: Policy
    private let random: RandomStream

    /// - Parameter random: the stage's stream of sampling.
    package init(_ policy: Policy, random: RandomStream) {
        self.policy = policy
        self.random = random
    }

    /// The completions of every request, in the order of the requests.
    ///
    /// - Parameter step: names the random numbers, with each request's slot.
    /// - Throws: `RolloutError`, or what `progress` throws.
    package func run(
        _ requests: [RolloutRequest], settings: RolloutSettings, step: Int,
        progress: Progress = { _, _, _ in }
    ) throws -> [RolloutGroup] {
        let positions = policy.decoder.configuration.maxPositions
        for request in requests {
            guard !request.promptIDs.isEmpty else {
                throw RolloutError.emptyPrompt(problem: request.problem.id)
            }
            let needed = request.promptIDs.count + settings.maxCompletionLength
            guard needed <= positions else {
                throw RolloutError.tooLong(
                    problem: request.problem.id, promptTokens: request.promptIDs.count,
                    completionTokens: settings.maxCompletionLength, positions: positions)
            }
        }
        var batch = RolloutBatch(
            policy: policy, random: random, requests: requests, settings: settings, step: step)
        var goesOn = true
        while goesOn {
            goesOn = batch.advance()
            try progress(batch.finishedCount, batch.totalCount, batch.tokenCount)
        }
        return batch.groups
    }
}

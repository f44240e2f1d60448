package import GRPOTasks

/// A completion with everything that was decided about it. Every one is saved.
package struct Rollout: Codable, Sendable, Equatable {
    /// The group's draw slot within its generation, and the completion's place in the group.
    package var group: Int
    package var sample: Int
    package var problem: Problem
    package var promptIDs: [Int32]
    package var tokenIDs: [Int32]
    package var text: String
    package var finishReason: FinishReason
    /// Recorded at sampling, in nats: the old policy of every update.
    package var logProbabilities: [Double]
    /// Of the reference policy, where beta is not 0.
    package var referenceLogProbabilities: [Double]?
    /// Raw values by reward name; nil where ungradable.
    package var rewards: [String: Double?]
    /// Weighted and gated, before any KL; nil where ungradable.
    package var reward: Double?
    package var ungradableReason: String?
    package var advantage: Double
    /// Whether its group tells completions apart.
    package var hasSignal: Bool
}

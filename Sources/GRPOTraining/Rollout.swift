package import GRPORewards
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
    /// The opened thought that the prompt ends with; nil where it opens none.
    package var opening: String?
    package var finishReason: FinishReason
    /// Recorded at sampling, in nats: the old policy of every update.
    package var logProbabilities: [Double]
    /// Of the reference policy, where beta is not 0.
    package var referenceLogProbabilities: [Double]?
    /// Raw values by the names of the rewards that apply; nil where ungradable.
    package var rewards: [String: Double?]
    /// How rewards outside of this process failed, by their names; nil where none did.
    package var failures: [String: RewardFailure]?
    /// Weighted and gated, before any KL; nil where ungradable.
    package var reward: Double?
    package var ungradableReason: String?
    package var advantage: Double
    /// Whether its group tells completions apart.
    package var hasSignal: Bool
    /// What the task's verifier said when the rewards were given; nil where nobody asked it.
    package var verdict: Verdict? {
        get { known.verdict }
        set { known.verdict = newValue }
    }

    private var known = Known()

    /// What is not saved, because it can be found out again, and makes no two rollouts different.
    private struct Known: Equatable {
        var verdict: Verdict?

        static func == (a: Known, b: Known) -> Bool { true }
    }

    private enum CodingKeys: String, CodingKey {
        case group, sample, problem, text, opening, rewards, failures, reward, advantage
        case promptIDs = "prompt_ids"
        case tokenIDs = "token_ids"
        case finishReason = "finish_reason"
        case logProbabilities = "log_probs"
        case referenceLogProbabilities = "reference_log_probs"
        case ungradableReason = "ungradable_reason"
        case hasSignal = "has_signal"
    }

    package init(
        group: Int, sample: Int, problem: Problem, promptIDs: [Int32], tokenIDs: [Int32],
        text: String, opening: String? = nil, finishReason: FinishReason,
        logProbabilities: [Double],
        referenceLogProbabilities: [Double]? = nil, rewards: [String: Double?] = [:],
        failures: [String: RewardFailure]? = nil, reward: Double?, ungradableReason: String? = nil,
        advantage: Double = 0,
        hasSignal: Bool = false
    ) {
        self.group = group
        self.sample = sample
        self.problem = problem
        self.promptIDs = promptIDs
        self.tokenIDs = tokenIDs
        self.text = text
        self.opening = opening
        self.finishReason = finishReason
        self.logProbabilities = logProbabilities
        self.referenceLogProbabilities = referenceLogProbabilities
        self.rewards = rewards
        self.failures = failures
        self.reward = reward
        self.ungradableReason = ungradableReason
        self.advantage = advantage
        self.hasSignal = hasSignal
    }

    /// What rewards and verifiers judge (see `Thought`).
    package var judgedText: String { (opening ?? "") + text }
}

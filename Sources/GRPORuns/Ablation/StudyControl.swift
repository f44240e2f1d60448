/// What every study measures beside its arms, so that a gain can be told from what would have come
/// without the reward.
package enum StudyControl: String, Sendable, CaseIterable {
    /// The policy that the reinforcement learning begins with, judged and not trained.
    case noTraining = "no_training"
    /// The reference arm with a coin for its reward.
    case randomReward = "random_reward"
    /// The reference arm with nothing but the reward for R1's think and answer format.
    case formatOnly = "format_only"

    /// What it sets in every `grpo` stage, as a recipe writes it; nil where it trains nothing. The
    /// accuracy weighs nothing there: it is written down, so that its curve can be drawn.
    var settings: KeyValuePairs<String, String>? {
        switch self {
        case .noTraining: nil
        case .randomReward: ["rewards": "[random, accuracy: 0]", "preflight": "warn"]
        case .formatOnly: ["rewards": "[format, accuracy: 0]", "preflight": "warn"]
        }
    }

    /// What it shows, for a page.
    var meaning: String {
        switch self {
        case .noTraining: "the policy before reinforcement learning"
        case .randomReward: "the reference arm with a random reward"
        case .formatOnly: "the reference arm with the format reward alone"
        }
    }
}

package import GRPORewards

/// A reward that asks a model which an earlier stage has trained.
package protocol ModelReward: RewardFunction {
    /// The stage that trained the model; nil: the last one before this stage whose loss is `loss`.
    var from: String? { get }
    /// How the model must have been trained for its scores to mean what the reward takes them for.
    static var loss: RewardModelSettings.Loss { get }
    /// What of a completion the model must judge; nil: whatever it was trained to judge.
    static var judgedText: JudgedText? { get }

    /// The reward with the model that it names.
    func bound(to scorer: any CompletionScorer) -> Self
}

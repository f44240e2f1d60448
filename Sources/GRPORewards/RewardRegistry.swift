package import GRPOTasks

/// Reward functions by name.
package typealias RewardRegistry = Registry<any RewardFunction.Type>

extension Registry where Component == any RewardFunction.Type {
    /// The reward functions of this library and those in `added`.
    package static func rewards(
        adding added: [any RewardFunction.Type] = []
    ) -> RewardRegistry {
        let builtIn: [any RewardFunction.Type] = [
            AccuracyReward.self, FormatReward.self, TagCountReward.self,
            LanguageConsistencyReward.self, BriefAndPoliteReward.self, ReadabilityReward.self,
            ReasoningStepsReward.self, LengthReward.self, CosineReward.self,
            SoftOverlongPunishmentReward.self, LengthBudgetReward.self,
            RepetitionPenaltyReward.self, JSONReward.self, CodeExecutionReward.self,
            GradedAccuracyReward.self, CommandReward.self, HTTPReward.self, JudgeReward.self,
            RandomReward.self,
        ]
        var registry = RewardRegistry()
        for type in builtIn + added {
            registry.add(type, named: type.name)
        }
        return registry
    }
}

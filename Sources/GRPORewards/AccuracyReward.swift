package import GRPOTasks

/// 1 for a right answer, 0 for a wrong one, as the task's verifier judges (the R1 report's
/// accuracy reward). It says nothing of general problems.
package struct AccuracyReward: RewardFunction, Hashable {
    package static let name = "accuracy"
    package static let summary = "1 if the task's verifier finds the answer right, else 0."

    package init() {}

    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        group.verified { _, isRight in isRight ? 1 : 0 }
    }
}

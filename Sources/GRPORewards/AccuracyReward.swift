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
        guard group.problem.scenario == .reasoning else {
            return group.completions.map { _ in .notApplicable }
        }
        return group.source.verdicts(of: group.completions.map(\.text), group.problem).map {
            switch $0 {
            case .right: .value(1)
            case .wrong: .value(0)
            case .ungradable(let reason): .ungradable(reason: reason)
            }
        }
    }
}

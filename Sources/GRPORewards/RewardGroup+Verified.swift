import GRPOTasks

extension RewardGroup {
    /// Scores that hang on whether the task's verifier finds an answer right. What it cannot judge is
    /// ungradable; of general problems there is nothing to say.
    func verified(_ value: (Completion, _ isRight: Bool) -> Double) -> [Score] {
        guard problem.scenario == .reasoning else {
            return completions.map { _ in .notApplicable }
        }
        return zip(completions, verdicts).map { completion, verdict in
            switch verdict {
            case .right: .value(value(completion, true))
            case .wrong: .value(value(completion, false))
            case .ungradable(let reason): .ungradable(reason: reason)
            }
        }
    }
}

package import GRPOTasks

/// What the completion's program earns by hidden tests, in the sandbox of task `code`: 1 where all
/// assertions hold, else 0 or the share of those that do.
///
/// The problem brings the test in its columns (`test`, `entry_point`, `prompt`), so rows of
/// HumanEval's shape in any task will do. A problem without a test is ungradable. For task `code`
/// with its defaults the reward `accuracy` is the same as this one with `score: all`.
package struct CodeExecutionReward: RewardFunction, Hashable {
    package static let name = "code_execution"
    package static let summary = "1 if the program passes the hidden tests, or the share it passes."

    /// What a program that fails some assertions earns.
    package enum Scoring: String, Codable, Sendable, CaseIterable {
        /// Nothing.
        case all
        /// The share of assertions that hold. Trivial programs earn some of it.
        case share
    }

    package var score = Scoring.all
    /// How programs are run; its keys stand beside `score`.
    package var execution = CodeExecution()

    package init() {}

    package init(score: Scoring, execution: CodeExecution = CodeExecution()) {
        self.score = score
        self.execution = execution
    }

    package func problems() -> [(key: String, message: String)] { execution.problems() }

    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        guard group.problem.scenario == .reasoning else {
            return group.completions.map { _ in .notApplicable }
        }
        return group.judged.grades(by: execution).map { grade in
            switch grade {
            case .share(let share): .value(score == .share || share == 1 ? share : 0)
            case .none: .value(0)
            case .ungradable(let reason): .ungradable(reason: reason)
            }
        }
    }
}

extension CodeExecutionReward {
    private enum CodingKeys: String, CodingKey { case score }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        score = try values.decodeIfPresent(Scoring.self, forKey: .score) ?? .all
        execution = try CodeExecution(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(score, forKey: .score)
        try execution.encode(to: encoder)
    }
}

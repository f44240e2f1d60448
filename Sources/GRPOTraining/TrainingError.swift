package import GRPOTasks

/// Why a stage could not go on.
package enum TrainingError: Error, CustomStringConvertible {
    /// A gradient was not finite: in GRPO five updates in a row, elsewhere once.
    case notFinite(stage: String, step: Int, parameter: String)
    /// Preference pairs that teach nothing.
    case pairs(PairFault)
    /// The reward `reward_model` without a model.
    case rewardModelMissing
    /// A document has more tokens than the model has positions.
    case documentTooLong(tokens: Int, positions: Int)
    /// No completion of a step could be graded.
    case nothingGradable(step: Int, reason: String)
    /// All problems drawn for one slot are of kinds that no reward judges at the step.
    case nothingJudged(step: Int, task: String, scenarios: [Scenario], draws: Int)
    /// A held-out split with fewer problems than were asked for.
    case tooFewProblems(task: String, found: Int, expected: Int)

    package var description: String {
        switch self {
        case .notFinite(let stage, let step, let parameter):
            """
            stage \(stage), step \(step): the gradient of \(parameter) is not finite, and not by \
            accident; the last checkpoint is sound. Lower learning_rate, or look at what these \
            steps were trained on
            """
        case .pairs(let fault): fault.description
        case .rewardModelMissing:
            """
            the reward reward_model has no model to ask: it works in a stage of a recipe after a \
            stage of kind reward_model, which `from` names
            """
        case .documentTooLong(let tokens, let positions):
            """
            a document of \(tokens) tokens, the model has \(positions) positions; raise \
            max_positions or shorten the documents
            """
        case .nothingGradable(let step, let reason):
            """
            step \(step): no completion could be graded (\(reason)); check the task's answers \
            and the rewards
            """
        case .nothingJudged(let step, let task, let scenarios, let draws):
            """
            step \(step): none of \(draws) problems that task \(task) gave in a row is of a kind \
            that a reward judges at this step (found: \
            \(scenarios.map(\.rawValue).joined(separator: ", "))); add a reward for them, let it \
            count from this step on, or let the task give others
            """
        case .tooFewProblems(let task, let found, let expected):
            """
            task \(task) has \(found) held-out problems, evaluation.problems asks for \
            \(expected); lower it or hold out more
            """
        }
    }
}

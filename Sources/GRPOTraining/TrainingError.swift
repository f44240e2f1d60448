package import GRPOTasks

/// Why a stage could not go on.
package enum TrainingError: Error, CustomStringConvertible {
    /// A gradient was not finite: in GRPO five updates in a row, elsewhere once.
    case notFinite(stage: String, step: Int, parameter: String)
    /// Preference pairs that teach nothing.
    case pairs(PairFault)
    /// A reward that asks a model, without one.
    case rewardModelMissing(reward: String)
    /// A document has more tokens than the model has positions.
    case documentTooLong(tokens: Int, positions: Int)
    /// No completion of a step could be graded.
    case nothingGradable(step: Int, reason: String)
    /// All problems drawn for one slot are of kinds that no reward judges at the step.
    case nothingJudged(step: Int, task: String, scenarios: [Scenario], draws: Int)
    /// A held-out split with fewer problems than were asked for.
    case tooFewProblems(task: String, found: Int, expected: Int)
    /// A stage on texts without any.
    case noDocuments(stage: String)
    /// Epochs of data that has no end.
    case endlessEpochs(stage: String)
    /// A stage that samples asks for more problems than its task has.
    case tooFewTrainingProblems(stage: String, task: String, found: Int, expected: Int)
    /// All problems of a task that makes them without end were asked for.
    case endlessProblems(stage: String, task: String)
    /// No sample passed the filters.
    case nothingKept(stage: String, counts: SampleCounts)
    /// An evaluation with examples, of a task that cannot give so many; `problem` is one of which no
    /// right completion is known.
    case noExample(task: String, found: Int, expected: Int, problem: String?)
    /// Two evaluations that are to be compared and did not ask the same problems.
    case otherProblems(
        stage: String, problems: Int, other: String, otherProblems: Int, common: Int)

    package var description: String {
        switch self {
        case .notFinite(let stage, let step, let parameter):
            """
            stage \(stage), step \(step): the gradient of \(parameter) is not finite, and not by \
            accident; the last checkpoint is sound. Lower learning_rate, or look at what these \
            steps were trained on
            """
        case .pairs(let fault): fault.description
        case .rewardModelMissing(let reward):
            """
            the reward \(reward) has no model to ask: it works in a stage of a recipe after a \
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
        case .noDocuments(let stage):
            "stage \(stage): its data has no documents; name data that has some"
        case .endlessEpochs(let stage):
            """
            stage \(stage): num_train_epochs of data that has no end; set max_steps, or mix in \
            data that has one
            """
        case .tooFewTrainingProblems(let stage, let task, let found, let expected):
            """
            stage \(stage): task \(task) gave \(found) different training problems, prompts asks \
            for \(expected); lower prompts, or let the task make more
            """
        case .endlessProblems(let stage, let task):
            """
            stage \(stage): task \(task) makes training problems without end; set prompts to the \
            number wanted
            """
        case .nothingKept(let stage, let counts):
            """
            stage \(stage): nothing kept of \(counts.completions) completions of \
            \(counts.prompts) problems, dropped by \(counts.reasons); loosen keep, raise prompts or \
            num_generations, or sample from a policy that does better
            """
        case .noExample(let task, let found, let expected, let problem):
            "task \(task) gives \(found) examples, few_shot asks for \(expected)"
                + (problem.map { ": no right completion of problem \($0) is known" } ?? "")
                + "; lower it, or give the task a file of training problems"
        case .otherProblems(let stage, let problems, let other, let otherProblems, let common):
            """
            \(stage) was asked \(problems) problems and \(other) \(otherProblems), of which \
            \(common) are the same, expected all; evaluate both on one task with the same number \
            of problems
            """
        }
    }
}

package import GRPOTasks
import GRPOTraining

/// Whether an evaluation asks only what training never shows.
///
/// A task keeps its own two splits apart. Where `evaluation.task` says another task of the same
/// kind, such as sums with other options, each of its held-out problems is looked for among those
/// that training may draw; tasks of different kinds cannot be compared.
package struct HeldOutCheck {
    /// The evaluation's problems that training may draw.
    package private(set) var shown: [Problem] = []
    /// How many were looked for.
    package private(set) var asked = 0
    private var isKnown = true

    package init(_ recipe: Recipe) {
        let trains = recipe.stages.contains { if case .grpo = $0 { true } else { false } }
        guard trains, let evaluated = recipe.evaluation.task?.source else { return }
        let trained = recipe.task.source
        guard type(of: trained) == type(of: evaluated) else {
            isKnown = false
            return
        }
        for problem in evaluated.testProblems(limit: recipe.evaluation.settings.problems, seed: 0) {
            asked += 1
            switch trained.contains(problem, in: .train) {
            case true?: shown.append(problem)
            case false?: break
            case nil: isKnown = false
            }
        }
    }

    /// Whether none of the problems can be met in training, as far as that is known.
    package var isDisjoint: Bool { isKnown && shown.isEmpty }
}

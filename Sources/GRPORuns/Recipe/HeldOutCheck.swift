package import GRPOTasks
import GRPOTraining

/// Whether an evaluation asks only what training never shows.
///
/// A task keeps its own two splits apart. Where `evaluation.task` or a stage says another task of
/// the same kind, such as sums with other options, each held-out problem is looked for among those
/// that training may draw; tasks of different kinds cannot be compared. Texts and pairs that are made
/// are compared with the task where they know its kind, and a recipe with a conflict is refused;
/// those of files are `ContaminationCheck`'s.
package struct HeldOutCheck {
    /// The evaluation's problems that training may draw.
    package private(set) var shown: [Problem] = []
    /// How many were looked for.
    package private(set) var asked = 0
    private var isKnown: Bool

    package init(_ recipe: Recipe) {
        let trained = recipe.stages.flatMap { recipe.tasks(of: $0) }
        let isOwn =
            recipe.evaluation.task == nil
            && recipe.stages.allSatisfy { $0.tasks.allSatisfy { $0 == nil } }
        let evaluated = (recipe.evaluation.task ?? recipe.task).source
        isKnown = Self.knowsAllData(of: recipe, evaluated)
        guard !trained.isEmpty, !isOwn else { return }
        guard trained.allSatisfy({ type(of: $0) == type(of: evaluated) }) else {
            isKnown = false
            return
        }
        for problem in evaluated.testProblems(limit: recipe.evaluation.settings.problems, seed: 0) {
            asked += 1
            let answers = trained.map { $0.contains(problem, in: .train) }
            if answers.contains(true) { shown.append(problem) }
            if answers.contains(nil) { isKnown = false }
        }
    }

    private static func knowsAllData(of recipe: Recipe, _ evaluated: any ProblemSource) -> Bool {
        recipe.stages.allSatisfy { stage in
            switch stage.data {
            case .texts(let texts)?:
                texts.sources.allSatisfy { !$0.files.isEmpty || $0.knows(evaluated) }
            case .pairs(let pairs)?:
                !pairs.source.files.isEmpty || pairs.source.knows(evaluated)
            case nil: true
            }
        }
    }

    /// Whether none of the problems can be met in training, as far as that is known.
    package var isDisjoint: Bool { isKnown && shown.isEmpty }
}

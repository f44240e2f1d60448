import Foundation
import GRPOJSON
package import GRPORollouts
import GRPORewards
import GRPOTasks
package import GRPOTensors
import GRPOTraining

/// A whole experiment: a policy, a task and the stages the policy goes through.
package struct Recipe: RecipeSettings {
    /// Null: the file's name.
    package var name: String?
    package var seed = 0
    /// Null: one per core.
    package var threads: Int?
    package var precision = Precision.auto
    package var model = ModelSpecification.shape(ModelShape())
    package var task = TaskSetting(Sums())
    package var prompt = PromptStyle.plain
    package var evaluation = EvaluationSpecification()
    package var stages: [StageSpecification] = []

    package static var defaults: Recipe { Recipe() }

    package init() {}

    private enum CodingKeys: String, CodingKey {
        case name, seed, threads, precision, model, task, prompt, evaluation, stages
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(seed, forKey: .seed)
        try values.encode(threads, forKey: .threads)
        try values.encode(precision, forKey: .precision)
        try values.encode(model, forKey: .model)
        try values.encode(task, forKey: .task)
        try values.encode(prompt, forKey: .prompt)
        try values.encode(evaluation, forKey: .evaluation)
        try values.encode(stages, forKey: .stages)
    }

    package func settingProblems() -> [SettingProblem] {
        var found: [SettingProblem] = []
        if seed < 0 { found.append(SettingProblem("seed", "must be at least 0, found \(seed)")) }
        if let threads, !(1...1024).contains(threads) {
            found.append(
                SettingProblem("threads", "must be between 1 and 1024, found \(threads)"))
        }
        if let name, !RunDirectory.isPlainName(name) {
            found.append(
                SettingProblem(
                    "name", "'\(name)' must be made of letters, digits, _, -, + and ."))
        }
        if stages.isEmpty {
            found.append(SettingProblem("stages", "expected at least one stage"))
        }
        return found + graph.problems() + modelProblems() + evaluationProblems()
    }

    /// Which stage takes what from which.
    var graph: StageGraph { StageGraph(self) }

    /// A character model knows no text but what it is pretrained on.
    private func modelProblems() -> [SettingProblem] {
        guard case .shape = model, let first = stages.first else { return [] }
        if case .pretrain = first {
            guard first.lora != nil else { return [] }
            return [
                SettingProblem(
                    "stages.0.pretrain.lora",
                    "a model from nothing has no weights to adapt; leave lora to later stages, or "
                        + "name a model file with model:")
            ]
        }
        let purpose = if case .grpo = first { "to reinforce" } else { "to start from" }
        return [
            SettingProblem(
                "stages.0.\(first.kind)",
                "a model from nothing has nothing \(purpose); begin with a pretrain stage, or name "
                    + "a model file with model:")
        ]
    }

    /// Found here, not after hours of the first stage.
    private func evaluationProblems() -> [SettingProblem] {
        let measures = evaluation.measures.map(\.term)
        if let place = measures.firstIndex(where: { $0.function is any ModelReward }) {
            return [
                SettingProblem(
                    "evaluation.measures.\(place).\(measures[place].kind)",
                    "every policy is evaluated by the same measures, also those that were made "
                        + "before there is a reward model; leave it out")
            ]
        }
        let source = (evaluation.task ?? task).source
        let wanted = evaluation.settings.problems
        if wanted == 0, let place = stages.firstIndex(where: { $0.isEvaluatedWithin }) {
            return [
                SettingProblem(
                    "stages.\(place).grpo.eval_steps",
                    "there is nothing to evaluate with evaluation.problems: 0; leave it out, or set "
                        + "problems")
            ]
        }
        guard wanted >= 1, source.problems().isEmpty else { return [] }
        let available = source.testProblems(limit: wanted, seed: 0).count
        guard available < wanted else { return overlapProblems() }
        return [
            SettingProblem(
                "evaluation.problems",
                "\(wanted) problems, but task \(type(of: source).name) holds out \(available); "
                    + "lower it, or hold out more")
        ]
    }

    private func overlapProblems() -> [SettingProblem] {
        guard task.source.problems().isEmpty else { return [] }
        let check = HeldOutCheck(self)
        guard let example = check.shown.first else { return [] }
        return [
            SettingProblem(
                "evaluation.task",
                "\(check.shown.count) of its \(check.asked) held-out problems, such as "
                    + "\(example.id), belong to the training problems of task \(task.name); give "
                    + "both tasks the same held_out and range, or leave evaluation.task out")
        ]
    }

    /// The file of a recipe with `--set` arguments, checked as a whole.
    ///
    /// - Parameter requiringModel: whether a model file must be there already.
    /// - Throws: `RecipeError` with everything that is wrong.
    package static func load(
        file: String, overrides: [String] = [], components: Components,
        requiringModel: Bool = false
    ) throws(RecipeError) -> (recipe: Recipe, departures: [Departure]) {
        var (recipe, departures) = try decode(
            RecipeDocument.load(file: file, overrides: overrides), components: components,
            requiringModel: requiringModel)
        if recipe.name == nil { recipe.name = RecipePath.plainStem(of: file) }
        return (recipe, departures)
    }

    /// The recipe of a document, checked as a whole.
    ///
    /// - Parameter requiringModel: whether a model file must be there already.
    /// - Throws: `RecipeError` with everything that is wrong.
    package static func decode(
        _ document: RecipeDocument, components: Components, requiringModel: Bool = false
    ) throws(RecipeError) -> (recipe: Recipe, departures: [Departure]) {
        let missing: RecipeCheck = { value in
            guard requiringModel, let recipe = value as? Recipe,
                case .path(let model) = recipe.model,
                !FileManager.default.fileExists(atPath: model.path)
            else { return nil }
            return [
                SettingProblem(
                    "model",
                    "found no file \(model.path); "
                        + (NearestName.remedy(forFile: model.path)
                            ?? FetchedFile.command(bringing: model.path).map {
                                "bring it with \($0)"
                            } ?? "check the path"))
            ]
        }
        let (recipe, departures) = try document.decode(
            Recipe.self, userInfo: [Components.userInfoKey: components],
            checks: [Components.check, missing])
        return (recipe, departures)
    }

    /// The recipe that a run has written down, as it was checked when the run began: no data is
    /// opened.
    ///
    /// - Throws: `RecipeError` where the file cannot be read as a recipe.
    package static func read(
        file: String, components: Components
    ) throws(RecipeError) -> Recipe {
        try RecipeDocument.load(file: file).decode(
            Recipe.self, userInfo: [Components.userInfoKey: components], checkingValues: false
        ).value
    }

    /// The data files that its tasks and stages read.
    package var dataFiles: [String] {
        task.source.files + (evaluation.task?.source.files ?? []) + stages.flatMap(\.dataFiles)
    }

    /// The task whose training problems a stage draws.
    func task(of stage: StageSpecification) -> any ProblemSource { (stage.task ?? task).source }

    /// The tasks whose training problems a stage draws, one after the other.
    func tasks(of stage: StageSpecification) -> [any ProblemSource] {
        stage.tasks.map { ($0 ?? task).source }
    }

    /// Tokens of a completion in evaluations.
    package var evaluationLength: Int {
        evaluation.settings.maxCompletionLength ?? maxCompletionLength
    }

    /// The longest completion any stage samples, for evaluations that name no length; where none
    /// samples, 512, or half of the positions of a model from nothing.
    package var maxCompletionLength: Int {
        if let longest = stages.compactMap(\.completionLength).max() { return longest }
        guard case .shape(let shape) = model else { return 512 }
        return min(512, max(1, shape.maxPositions / 2))
    }
}

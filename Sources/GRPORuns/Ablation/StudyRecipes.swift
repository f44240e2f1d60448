import GRPOJSON
import GRPORollouts
import GRPOTensors
import GRPOTraining

/// The recipe of every arm, for the first seed: the base with the study's settings, the arm's and the
/// judge's. Another seed changes the recipe's `seed` and nothing else.
struct StudyRecipes {
    /// In the order of the study's arms; nil for the control that trains nothing.
    let recipes: [Recipe?]
    /// How many stages all arms begin with.
    let commonStages: Int
    /// The stage whose policy the reinforcement learning begins with, by its name in evaluations.
    let untrained: String

    /// - Throws: `RecipeError` with everything that is wrong with any arm.
    init(_ study: Study, components: Components) throws(RecipeError) {
        var problems: [RecipeProblem] = []
        var reference: Recipe?
        do throws(RecipeError) {
            reference = try Self.decode(study, study.reference, [], components)
        } catch {
            problems = error.problems
        }
        let stages = reference?.stages ?? []
        let reinforced = stages.filter { if case .grpo = $0 { true } else { false } }.map(\.name)
        if reference != nil, reinforced.isEmpty {
            problems.append(
                RecipeProblem(
                    study.place,
                    "base: found no grpo stage, expected one: the controls replace its rewards",
                    remedy: "take a base that reinforces, such as quickstart.yaml"))
        }
        var recipes: [Recipe?] = [reference]
        for arm in study.arms.dropFirst() {
            guard arm.control != .noTraining else {
                recipes.append(nil)
                continue
            }
            do throws(RecipeError) {
                recipes.append(try Self.decode(study, arm, reinforced, components))
            } catch {
                // What is wrong with every arm is said once.
                for var problem in error.problems where !problems.contains(problem) {
                    problem.message = "arm \(arm.name): \(problem.message)"
                    problems.append(problem)
                }
            }
        }
        guard problems.isEmpty, let reference else { throw RecipeError(problems) }
        guard reference.evaluation.settings.problems > 0 else {
            throw RecipeError([
                RecipeProblem(
                    study.arms[0].place, "evaluation.problems is 0, which judges no arm",
                    remedy: "give the study a judge: {problems: 500}")
            ])
        }
        let judge = Self.judge(of: reference)
        for (index, arm) in study.arms.enumerated() where recipes[index] != nil {
            recipes[index]!.evaluation = judge
            // With the judge of the reference, an arm with another task may have trained on its
            // problems.
            problems += recipes[index]!.settingProblems().map {
                RecipeProblem(arm.place, "arm \(arm.name): \($0.key): \($0.message)")
            }
        }
        let found = recipes.compactMap { $0 }
        commonStages = Self.common(found)
        problems += Self.seedProblems(study, reference, common: commonStages)
        guard problems.isEmpty else { throw RecipeError(problems) }
        self.recipes = recipes
        untrained = Self.untrained(reference)
    }

    private static func decode(
        _ study: Study, _ arm: StudyArm, _ reinforced: [String], _ components: Components
    ) throws(RecipeError) -> Recipe {
        var document = try RecipeDocument.load(file: study.base)
        let changes = arm.control == nil ? arm.settings : study.reference.settings
        for entry in study.settings + changes {
            document.set(entry.key, at: entry.keyPlace, to: entry.value)
        }
        for stage in reinforced {
            for (key, value) in arm.control?.settings ?? [:] {
                document.set(
                    "\(stage).\(key)", at: arm.place,
                    to: try RecipeReader.read(value, at: arm.place))
            }
        }
        for entry in study.judge {
            document.set("evaluation.\(entry.key)", at: entry.keyPlace, to: entry.value)
        }
        for stage in study.shared {
            document.set(
                "\(stage).seed", at: study.sharedPlace,
                to: RecipeNode(
                    .scalar("\(study.seeds[0])", quoted: false), at: study.sharedPlace))
        }
        var recipe = try Recipe.decode(
            document, components: components, requiringModel: true
        ).recipe
        recipe.seed = study.seeds[0]
        return recipe
    }

    /// The reference's evaluation, with all of it written out that would follow an arm's settings.
    private static func judge(of reference: Recipe) -> EvaluationSpecification {
        var judge = reference.evaluation
        judge.task = judge.task ?? reference.task
        judge.settings.maxCompletionLength = reference.evaluationLength
        return judge
    }

    /// The number of stages that all recipes begin with, equal in all that makes their results.
    private static func common(_ recipes: [Recipe]) -> Int {
        func facts(_ recipe: Recipe) -> [String] {
            [
                JSONValue(encoding: recipe.model).text, JSONValue(encoding: recipe.task).text,
                recipe.prompt.rawValue, recipe.precision.rawValue, recipe.characterAlphabet,
            ]
        }
        let first = recipes[0]
        guard recipes.allSatisfy({ facts($0) == facts(first) }) else { return 0 }
        let texts = recipes.map { $0.stages.map { JSONValue(encoding: $0).text } }
        return texts[0].indices.prefix { index in
            texts.allSatisfy { $0.indices ~= index && $0[index] == texts[0][index] }
        }.count
    }

    /// A stage that is to run once must be the same in all arms; one that is not, another for every
    /// seed.
    private static func seedProblems(
        _ study: Study, _ reference: Recipe, common: Int
    ) -> [RecipeProblem] {
        reference.stages.enumerated().compactMap { index, stage in
            if study.shared.contains(stage.name) {
                guard index >= common else { return nil }
                return RecipeProblem(
                    study.sharedPlace,
                    "shared: stage '\(stage.name)' or one before it is not the same in all arms",
                    remedy: "leave it out; what arms have in common is run once for each seed")
            }
            guard let seed = stage.placement.seed else { return nil }
            return RecipeProblem(
                study.place,
                "stage '\(stage.name)' has the seed \(seed), so that all seeds would be one run",
                remedy: "remove it from \(study.base), or name the stage in shared:")
        }
    }

    private static func untrained(_ reference: Recipe) -> String {
        let graph = reference.graph
        guard
            let first = graph.stages.firstIndex(where: {
                if case .grpo = $0 { true } else { false }
            }), case .stage(let parent) = graph.beginning(of: first)
        else { return StagePlacement.loaded }
        return graph.stages[parent].name
    }
}

import Foundation
import GRPORuns
import GRPOTasks
import GRPOTraining
import Testing

struct CurriculumRecipeTests {
    private func recipe(_ options: String, task: String = "sums") -> String {
        """
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
        task: \(task)
        evaluation: {problems: 8, samples: 2}
        stages:
          - pretrain: {max_steps: 1, data: sums_mixture}
          - grpo: {max_steps: 10, max_completion_length: 8, \(options)}
        """
    }

    private func stage(_ text: String) throws -> GRPOSpecification {
        let recipe = try loadRecipe(text).recipe
        guard case .grpo(let stage) = recipe.stages[1] else {
            preconditionFailure("stage 1 is \(recipe.stages[1].kind)")
        }
        return stage
    }

    @Test func levelsAndTheirDefaults() throws {
        let stage = try stage(
            recipe(
                "dynamic_sampling: {}, problem_pool: {size: 64}, curriculum: "
                    + "[{task: {chain_sum: {max_terms: 3}}, solve_rate: 0.8}, {until: 7}, {task: gcd}]"
            ))
        #expect(stage.settings.dynamicSampling == DynamicSampling())
        #expect(stage.settings.problemPool == ProblemPoolSettings(size: 64))
        #expect(stage.curriculum.map { $0.task?.name } == ["chain_sum", nil, "gcd"])
        #expect(stage.curriculum.map(\.solveRate) == [0.8, nil, nil])
        #expect(stage.curriculum.map(\.until) == [nil, 7, nil])
        #expect(stage.curriculum.map(\.window) == [4, 4, 4])
        #expect((stage.curriculum[0].task?.source as? ChainSum)?.maxTerms == 3)
        let plain = try self.stage(recipe("beta: 0"))
        #expect(plain.settings.dynamicSampling == nil && plain.settings.problemPool == nil)
        #expect(plain.curriculum.isEmpty)
    }

    @Test func dapoReplacesGroupsWithoutVariance() throws {
        #expect(
            try stage(recipe("preset: dapo")).settings.dynamicSampling
                == DynamicSampling(maxRounds: 10))
        let few = try loadRecipe(recipe("preset: dapo, dynamic_sampling: {max_rounds: 2}"))
        #expect(
            few.departures.contains {
                $0.key == "dynamic_sampling" && $0.recipeValue == "{\"max_rounds\":2}"
            }, "\(few.departures)")
        let none = try loadRecipe(recipe("preset: dapo, dynamic_sampling: null"))
        #expect(none.departures.contains { $0.key == "dynamic_sampling" })
        guard case .grpo(let grpo) = none.recipe.stages[1] else { return }
        #expect(grpo.settings.dynamicSampling == nil)
        #expect(try stage(recipe("preset: grpo")).settings.dynamicSampling == nil)
    }

    @Test func aResolvedRecipeLoadsAgain() throws {
        let text = recipe(
            "problem_pool: {size: 8}, curriculum: [{task: chain_sum, until: 3}, {task: gcd}]")
        let first = ResolvedRecipe.text(of: try loadRecipe(text).recipe)
        #expect(ResolvedRecipe.text(of: try loadRecipe(first).recipe) == first)
    }

    @Test(arguments: [
        ("curriculum: [{task: gcd}, {task: lcm}]", "nothing ends this level"),
        ("curriculum: [{task: gcd, until: 3}]", "the last level lasts to the end of the stage"),
        (
            "curriculum: [{until: 5}, {until: 5}, {task: gcd}]",
            "must rise from level to level and be below max_steps (10), found 5 after 5"
        ),
        ("curriculum: [{until: 10}, {task: gcd}]", "found 10 after 0"),
        ("curriculum: [{solve_rate: 2}, {task: gcd}]", "must be above 0 and at most 1, found 2"),
        ("curriculum: [{until: 2, window: 0}, {task: gcd}]", "must be 1 to 1000, found 0"),
        ("curriculum: [{untill: 2}, {task: gcd}]", "unknown key 'untill'"),
        ("curriculum: [{task: gdc, until: 2}, {task: gcd}]", "unknown task 'gdc'"),
        ("problem_pool: {}", "sums makes problems without end; set problem_pool.size"),
        ("dynamic_sampling: {max_rounds: 0}", "must be 1 to 1000, found 0"),
    ])
    func mistakesAreFound(options: String, message: String) {
        let problems = recipeProblems(recipe(options))
        #expect(problems.contains { $0.contains(message) }, "\(problems)")
        #expect(problems.count <= 2)
    }

    /// What any level may show is looked at, not the recipe's task alone.
    @Test func everyLevelIsHeldAgainstTheEvaluation() throws {
        let apart = try loadRecipe(
            recipe(
                "curriculum: [{task: {chain_sum: {max_terms: 2}}, until: 3}, {task: chain_sum}]",
                task: "chain_sum"))
        let check = HeldOutCheck(apart.recipe)
        #expect(check.asked > 0 && check.shown.isEmpty)
        // Whether texts of sums show its problems, nothing here can tell.
        #expect(!check.isDisjoint)
        var alone = apart.recipe
        alone.stages.removeFirst()
        #expect(HeldOutCheck(alone).isDisjoint)
        let shown = recipeProblems(
            recipe(
                "curriculum: [{task: {chain_sum: {held_out: 0.001}}, until: 3}, {task: chain_sum}]",
                task: "chain_sum"))
        #expect(shown.contains { $0.contains("belong to the training problems") })
    }
}

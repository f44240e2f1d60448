import GRPORuns
import GRPOTraining
import Testing

@Suite("What a recipe says of its evaluation")
struct EvaluationRecipeTests {
    private let base = """
        model: {layers: 1, hidden_size: 32, heads: 2}
        stages:
          - pretrain: {max_steps: 1}
          - grpo: {max_completion_length: 96}

        """

    @Test("an evaluation can be left out, but not between steps that ask for it")
    func noEvaluation() throws {
        let recipe = try loadRecipe("evaluation: {problems: 0}\n" + base).recipe
        #expect(recipe.evaluation.settings.problems == 0)
        let found = recipeProblems(
            "model: m.gguf\nevaluation: {problems: 0}\nstages: [grpo: {eval_steps: 2}]\n")
        #expect(found.count == 1)
        #expect(found.first?.contains("nothing to evaluate with evaluation.problems: 0") == true)
        #expect(
            recipeProblems("evaluation: {problems: -1}\n" + base).first?
                .contains("must be at least 0") == true)
    }

    @Test("nothing is said to be held out that nobody has compared")
    func nothingCompared() throws {
        func isDisjoint(_ data: String, task: String) throws -> Bool {
            let recipe = try loadRecipe(
                """
                model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
                task: \(task)
                evaluation: {problems: 8}
                stages: [pretrain: {max_steps: 1, data: \(data)}]
                """
            ).recipe
            return HeldOutCheck(recipe).isDisjoint
        }
        #expect(try isDisjoint("sums_mixture", task: "sums"))
        #expect(try isDisjoint("little_world", task: "little_world"))
        #expect(try !isDisjoint("sums_mixture", task: "countdown"))
        #expect(try !isDisjoint("little_world", task: "chain_sum"))
    }
}

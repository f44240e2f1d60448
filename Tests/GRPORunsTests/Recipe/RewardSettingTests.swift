import GRPOObjectives
import GRPORewards
import GRPORuns
import GRPOTasks
import GRPOTraining
import Testing

@Suite("The rewards of a recipe")
struct RewardSettingTests {
    private func recipe(_ rewards: String, _ more: String = "") -> String {
        """
        model: {layers: 1, hidden_size: 32, heads: 2}
        stages:
          - pretrain: {max_steps: 1}
          - grpo: {max_completion_length: 96, \(more)rewards: [\(rewards)]}

        """
    }

    private func terms(_ recipe: Recipe) -> [RewardTerm] {
        guard case .grpo(let grpo) = recipe.stages[1] else { return [] }
        return grpo.rewards.map(\.term)
    }

    @Test("a weight is a number or a schedule, and the resolved recipe says which")
    func weights() throws {
        let loaded = try loadRecipe(
            recipe("accuracy, length: 0.5, format: {weight: {steps: [1, 100], values: [0, 0.2]}}")
        ).recipe
        let schedule = GRPORewards.RewardWeight.schedule(steps: [1, 100], values: [0, 0.2])
        #expect(terms(loaded).map(\.settings.weight) == [1, 0.5, schedule])
        let text = ResolvedRecipe.text(of: loaded)
        #expect(terms(try loadRecipe(text).recipe).map(\.settings.weight) == [1, 0.5, schedule])
        #expect(ResolvedRecipe.text(of: try loadRecipe(text).recipe) == text)
        #expect(text.contains("steps: [1, 100]") || text.contains("steps:\n"))
        let set = try loadRecipe(
            recipe("accuracy, format"),
            set: ["grpo.rewards.format.weight={steps: [5, 9], values: [1, 0]}"]
        ).recipe
        #expect(terms(set)[1].settings.weight == .schedule(steps: [5, 9], values: [1, 0]))
    }

    @Test("a gate is a reward, perhaps with a threshold")
    func gates() throws {
        let loaded = try loadRecipe(
            recipe("accuracy, format: {when: accuracy}, length: {when: {accuracy: 0.5}}")
        ).recipe
        let gates = [nil, RewardGate("accuracy"), RewardGate("accuracy", above: 0.5)]
        #expect(terms(loaded).map(\.settings.when) == gates)
        let text = ResolvedRecipe.text(of: loaded)
        #expect(terms(try loadRecipe(text).recipe).map(\.settings.when) == gates)
    }

    @Test(
        "what is wrong with a weight or a gate, at its place",
        arguments: [
            (
                "accuracy, format: {weight: {steps: [1, 1], values: [0, 1]}}",
                "r.yaml:4:68: rewards.format.weight: its steps must begin at 1 or later and rise, "
                    + "found [1, 1]"
            ),
            (
                "accuracy, format: {weight: {steps: [1, 5], values: [0]}}",
                "r.yaml:4:68: rewards.format.weight: must have as many values as steps, found 1 and "
                    + "2"
            ),
            (
                "accuracy, format: {weight: much}",
                "r.yaml:4:76: weight: expected a number, found 'much'"
            ),
            (
                "accuracy, format: {when: {acuracy: 0.5}}",
                "r.yaml:4:68: rewards.format.when: must name another reward of this list "
                    + "(accuracy), found 'acuracy'"
            ),
            (
                "accuracy, json: {top_level: array, required_keys: [a]}",
                "r.yaml:4:84: rewards.json.required_keys: only an object has keys; set top_level: "
                    + "object, found array"
            ),
        ])
    func faults(rewards: String, message: String) {
        #expect(recipeProblems(recipe(rewards)) == [message])
    }

    @Test("every reward of the library can be named, with all its options in the resolved recipe")
    func library() throws {
        let names =
            Components().rewards.names.filter { ![SafetyReward.name, "reward_model"].contains($0) }
        let loaded = try loadRecipe(recipe(names.joined(separator: ", "))).recipe
        #expect(terms(loaded).map(\.name) == names)
        let text = ResolvedRecipe.text(of: loaded)
        for key in [
            "max_len: null", "soft_punish_cache: null", "layout: think_answer", "steps: 3",
            "top_level: object", "column: length_budget", "alpha: 0.0003",
        ] {
            #expect(text.contains(key), "\(key)")
        }
        #expect(ResolvedRecipe.text(of: try loadRecipe(text).recipe) == text)
    }

    @Test("rewards are summed first, or normalised first where nothing contradicts it")
    func aggregation() throws {
        let key = "multi_objective_aggregation: normalize_then_sum, "
        let loaded = try loadRecipe(recipe("accuracy, format", key)).recipe
        guard case .grpo(let grpo) = loaded.stages[1] else { return }
        #expect(grpo.settings.objective.multiObjectiveAggregation == .normalizeThenSum)
        #expect(
            ResolvedRecipe.text(of: loaded).contains(
                "multi_objective_aggregation: normalize_then_sum"))
        let found = recipeProblems(recipe("accuracy", key + "scale_rewards: batch, "))
        #expect(found.count == 1 && found[0].contains("scale_rewards: found batch"), "\(found)")
        let unknown = recipeProblems(recipe("accuracy", "multi_objective_aggregation: sum, "))
        #expect(unknown.count == 1 && unknown[0].contains("sum_then_normalize"), "\(unknown)")
    }
}

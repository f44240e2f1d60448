import Foundation
import GRPORuns
import Testing

@Suite("Overrides and bases")
struct RecipeOverrideTests {
    private let yaml = """
        seed: 0
        task: sums
        stages:
          - pretrain: {max_steps: 10}
          - grpo: {beta: 0.04, rewards: [accuracy, format: 0.2]}
          - grpo: {name: last}
        """

    @Test("top-level keys, stages by kind and by name, nested kinds")
    func sets() throws {
        let recipe = try sample(
            yaml,
            set: [
                "seed=1", "grpo.beta=0", "last.epsilon=2e-1", "evaluation.samples=16",
                "grpo.rewards.format.weight=0.5", "task.sums.digits=3", "name=a=b",
                "pretrain.max_steps=1e2",
            ])
        #expect(recipe.seed == 1)
        #expect(recipe.name == "a=b")
        #expect(recipe.evaluation.samples == 16)
        #expect(recipe.task == .sums(SumsSettings(digits: 3)))
        #expect(recipe.stages[0] == .pretrain(SamplePretrain(maxSteps: 100)))
        #expect(try grpo(recipe, 1).beta == 0)
        #expect(
            try grpo(recipe, 1).rewards == [
                .accuracy(RewardWeight()), .format(RewardWeight(weight: 0.5)),
            ])
        #expect(try grpo(recipe, 2).epsilon == 0.2)
    }

    @Test("a whole list, a bare stage, a later argument wins")
    func lists() throws {
        let recipe = try sample(
            "stages: [grpo]",
            set: ["grpo.rewards=[format: 0.2, accuracy]", "grpo.beta=1", "grpo.beta=2"])
        #expect(try grpo(recipe).rewards.first == .format(RewardWeight(weight: 0.2)))
        #expect(try grpo(recipe).beta == 2)
    }

    @Test("a kind whose stages have names of their own: the message says them")
    func named() {
        let stages = "stages: [{grpo: {name: zero}}, {grpo: {name: more}}]"
        #expect(
            problems(stages, set: ["grpo.beta=0"]) == [
                "--set grpo.beta=0: no stage is called 'grpo'; of that kind there are zero, more; "
                    + "write zero.beta"
            ])
    }

    @Test("the argument is the place of what is wrong with it")
    func places() {
        #expect(
            problems(
                yaml,
                set: [
                    "grpo.beta=fast", "grpo.epsilonn=1", "gropo.beta=1", "seed", "grpo=1",
                    "grpo..beta=1", "grpo.num_generations=1", "grpo.rewards.lenght.weight=1",
                    "seed.x=1", "name=[",
                ]) == [
                    "--set gropo.beta=1: no stage and no setting is called 'gropo'; did you mean "
                        + "'grpo'?",
                    "--set seed: found no '=', expected a setting and its value; write --set "
                        + "seed=1 or --set grpo.beta=0",
                    "--set grpo=1: 'grpo' names a stage, expected one of its settings; write "
                        + "grpo.KEY=VALUE",
                    "--set grpo..beta=1: 'grpo..beta' is no path of a setting; write seed, or a "
                        + "stage's name and its key: grpo.beta",
                    "--set grpo.rewards.lenght.weight=1: the list before 'lenght' has 2 elements "
                        + "and none so called; known: accuracy, format",
                    "--set seed.x=1: 'x' would lie inside the plain value '0'; set the value "
                        + "before '.x' as a whole",
                    "--set name=[: not valid YAML: did not find expected node content (while "
                        + "parsing a flow node)",
                    "--set grpo.beta=fast: beta: expected a number, found 'fast'",
                    "--set grpo.epsilonn=1: unknown key 'epsilonn' in grpo; did you mean "
                        + "'epsilon'?",
                    "--set grpo.num_generations=1: num_generations: must be at least 2, found 1",
                ])
    }

    @Test("a name that two stages bear")
    func ambiguous() {
        #expect(
            problems("stages: [grpo, grpo]", set: ["grpo.beta=1"]) == [
                "--set grpo.beta=1: 2 stages are called 'grpo'; give each a name: and use that"
            ])
    }

    private func directory(_ files: [String: String]) throws -> String {
        let path = NSTemporaryDirectory() + "grpo-recipes-\(UUID().uuidString)"
        for (name, text) in files {
            let url = URL(fileURLWithPath: path + "/" + name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        return path
    }

    @Test("a base lies below the file, its paths stay its own, set: addresses stages")
    func base() throws {
        let path = try directory([
            "quick.yaml": "seed: 1\nname: quick\nmodel: m.gguf\nstages: [grpo: {beta: 0.5}]\n",
            "studies/long.yaml": """
            base: ../quick.yaml
            name: long
            set: {grpo.max_steps: 500, evaluation.samples: 2}
            """,
        ])
        defer { try? FileManager.default.removeItem(atPath: path) }
        let document = try RecipeDocument.load(
            file: path + "/studies/long.yaml", overrides: ["evaluation.samples=3"])
        let recipe = try document.decode(SampleRecipe.self).value
        #expect(recipe.seed == 1)
        #expect(recipe.name == "long")
        #expect(recipe.evaluation.samples == 3)
        #expect(try grpo(recipe).maxSteps == 500)
        #expect(try grpo(recipe).beta == 0.5)
        #expect(recipe.model?.path == URL(fileURLWithPath: path).standardized.path + "/m.gguf")
    }

    @Test("a problem in a base names the base's file")
    func baseProblems() throws {
        let path = try directory([
            "a.yaml": "seed: x\n", "b.yaml": "base: a.yaml\nthreads: y\n",
            "c.yaml": "base: gone.yaml\n", "d.yaml": "base: d.yaml\n",
        ])
        defer { try? FileManager.default.removeItem(atPath: path) }
        func failure(_ name: String) -> String {
            do throws(RecipeError) {
                _ = try RecipeDocument.load(file: path + "/" + name).decode(SampleRecipe.self)
                return ""
            } catch {
                return error.description.replacingOccurrences(of: path + "/", with: "")
            }
        }
        #expect(
            failure("b.yaml") == """
                a.yaml:1:7: seed: expected a whole number, found 'x'
                b.yaml:2:10: threads: expected a whole number, found 'y'
                """)
        #expect(failure("c.yaml").hasPrefix("c.yaml:1:7: base gone.yaml: found no such file"))
        #expect(failure("d.yaml").hasPrefix("d.yaml:1:7: base: d.yaml includes itself"))
    }
}

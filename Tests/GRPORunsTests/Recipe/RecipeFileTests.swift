import Foundation
import GRPOModels
import GRPOObjectives
import GRPORewards
import GRPORuns
import GRPOTasks
import GRPOTensors
import GRPOTraining
import Testing
@Suite("Recipes as files")
struct RecipeFileTests {
    private static let recipes = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Recipes").path

    @Test("no setting is refused as another trainer's, in either stage")
    func remediesAreForStrangers() {
        for key in TRLNames.remedies.keys {
            for stage in ["grpo", "pretrain"] {
                let found = recipeProblems(
                    "model: {layers: 1}\ntask: sums\nstages:\n  - \(stage): {\(key): 1}\n")
                #expect(
                    found.contains { $0.contains("unknown key '\(key)' in \(stage)") }, "\(found)")
            }
        }
    }

    @Test("every recipe that is shipped can be read, and resolves to itself")
    func shipped() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.recipes)
            .filter { $0.hasSuffix(".yaml") }
        #expect(
            Set(names).isSuperset(of: [
                "quickstart.yaml", "smollm2-sums.yaml", "smollm2-gsm8k.yaml",
                "qwen2.5-0.5b-gsm8k.yaml", "r1-zero.yaml", "r1.yaml", "r1-distill.yaml",
                "smollm2-r1.yaml", "curriculum.yaml", "problem-pool.yaml",
            ]))
        // Data is fetched on request: here some problems of the same form stand in for it.
        let data = NSTemporaryDirectory() + "grpo-recipe-\(UUID().uuidString).jsonl"
        try (0..<1000).map { "{\"question\": \"\($0)?\", \"answer\": \"It is.\\n#### \($0)\"}\n" }
            .joined()
            .write(toFile: data, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: data) }
        for name in names {
            let readsData = name.contains("gsm8k")
            let readsTexts = name == "smollm2-r1.yaml"
            let recipe = try Recipe.load(
                file: Self.recipes + "/" + name,
                overrides: readsData
                    ? [
                        "task.jsonl.file=\(data)", "task.jsonl.test_file=null",
                        "task.jsonl.held_out=0.5", "evaluation.problems=9",
                    ] : readsTexts ? ["cold_start.data.jsonl.file=\(data)"] : [],
                components: Components()
            ).recipe
            #expect(recipe.name.map { $0 + ".yaml" } == name)
            let text = ResolvedRecipe.text(of: recipe)
            let again = try loadRecipe(text).recipe
            #expect(ResolvedRecipe.text(of: again) == text, "\(name)")
        }
    }

    @Test("the quickstart is the design's")
    func quickstart() throws {
        let recipe = try Recipe.load(
            file: Self.recipes + "/quickstart.yaml", components: Components()
        ).recipe
        #expect(recipe.stages.map(\.name) == ["pretrain", "grpo"])
        #expect(recipe.task.name == "sums")
        #expect(recipe.evaluation.settings.problems == 500)
        #expect(recipe.evaluation.settings.samples == 4)
        guard case .grpo(let stage) = recipe.stages[1] else { return }
        #expect(stage.rewards.map(\.term.name) == ["accuracy", "format"])
        #expect(stage.rewards.map(\.term.settings.weight) == [1, 0.2])
        #expect(stage.settings.objective.beta == 0.001)
    }

    private let base = """
        model: {layers: 1, hidden_size: 32, heads: 2}
        stages:
          - pretrain: {max_steps: 1}
          - grpo: {max_completion_length: 96}

        """

    @Test("every class of problem in one file, each at its place")
    func allAtOnce() {
        #expect(
            recipeProblems(
                """
                seed: -1
                modle: x
                model: {layers: 0, tokenizer: words}
                task: {sums: {digits: 9}}
                prompt: chatt
                evaluation: {samples: 0}
                stages:
                  - pretrain: {max_steps: 1.5, learning_rate: fast}
                  - grpo: {num_generations: 1, max_completion_length: 96, beta: -1}
                  - grpo: {name: grpo, from: nowhere, max_completion_length: 96, top_p: 0.9}
                  - grop: {}
                """
            ).map { $0.prefix { $0 != ";" } } == [
                "r.yaml:1:1: seed: must be at least 0, found -1",
                "r.yaml:2:1: unknown key 'modle'",
                "r.yaml:3:9: layers: must be at least 1, found 0",
                "r.yaml:3:31: tokenizer: expected one of characters, found 'words'",
                "r.yaml:4:15: digits: must be 1 to 6, found 9",
                "r.yaml:5:9: prompt: expected one of plain, r1_zero, chat, found 'chatt'",
                "r.yaml:6:14: samples: must be at least 1, found 0",
                "r.yaml:8:27: max_steps: expected a whole number, found '1.5'",
                "r.yaml:8:47: learning_rate: expected a number, found 'fast'",
                "r.yaml:9:12: num_generations: a group of one has no baseline to compare with",
                "r.yaml:9:59: beta: found -1.0, expected a finite number of at least 0 (0: "
                    + "no KL, no reference)",
                "r.yaml:10:66: unknown key 'top_p' in grpo",
                "r.yaml:11:5: unknown stage 'grop'",
            ])
    }

    @Test("stages that cannot follow each other")
    func stages() {
        #expect(
            recipeProblems(
                """
                stages:
                  - grpo: {name: a, max_completion_length: 96}
                  - pretrain: {name: a}
                  - grpo: {name: b/c, from: d, max_completion_length: 600, seed: -2}
                """) == [
                    "r.yaml:2:5: stages.0.grpo: a model from nothing has nothing to reinforce; "
                        + "begin with a pretrain stage, or name a model file with model:",
                    "r.yaml:3:16: stages.1.pretrain.name: two stages are called 'a'; give one a "
                        + "name:",
                    "r.yaml:4:12: stages.2.grpo.name: 'b/c' must be made of letters, digits, _ "
                        + "and -",
                    "r.yaml:4:23: stages.2.grpo.from: no earlier stage is called 'd'; did you "
                        + "mean 'a'?",
                    "r.yaml:4:32: stages.2.grpo.max_completion_length: 600 tokens leave no place "
                        + "for a prompt in the model's 512 positions; lower it, or raise "
                        + "model.max_positions",
                    "r.yaml:4:60: stages.2.grpo.seed: must be at least 0, found -2",
                ])
        #expect(
            recipeProblems("stages: []") == ["r.yaml:1:1: stages: expected at least one stage"])
    }

    @Test(
        "combinations that cannot be",
        arguments: [
            ("rewards: []", "rewards: at least one reward is needed"),
            (
                "rewards: [accuracy, accuracy]",
                "rewards.1.accuracy: the reward 'accuracy' is listed"
            ),
            (
                "rewards: [accuracy, format: {weight: 1, when: acuracy}]",
                "rewards.format.when: must name another reward of this list (accuracy), found "
                    + "'acuracy'"
            ),
            ("rewards: [format: {when: format}]", "rewards.format.when: must name another reward"),
            ("rewards: [accuracy: .inf]", "rewards.accuracy.weight: must be finite"),
            ("rewards: [accurate]", "unknown reward 'accurate'"),
            (
                "loss_type: dr_grpo, aggregation: token_mean",
                "aggregation is token_mean, but loss_type dr_grpo means constant_length"
            ),
            (
                "loss_type: cispo, epsilon_high: 5, weight_function: clip",
                "weight_function is clip, but loss_type cispo means cispo"
            ),
            ("loss_type: ppo", "loss_type: expected one of grpo, dr_grpo, dapo, bnpo, cispo"),
            ("loss_type: cispo", "epsilon_high: found null, expected at least 1"),
            ("kl_in: reward, kl_estimator: unbiased", "kl_estimator: found unbiased"),
            ("temperature: 0", "temperature: must be above 0 in training"),
            ("scale_rewards: always", "scale_rewards: expected one of group, batch, none, found"),
            ("preset: r1zero", "unknown preset 'r1zero'"),
            ("epsilon: 0.2, epsilon: 0.3", "the key 'epsilon' is written more than once"),
        ])
    func combinations(options: String, message: String) {
        let found = recipeProblems(
            base.replacingOccurrences(of: "{max_completion", with: "{\(options), max_completion"))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(message) == true, "\(found)")
        #expect(found.first?.hasPrefix("r.yaml:4:") == true, "\(found)")
    }

    @Test(
        "a shape that cannot be",
        arguments: [
            ("hidden_size: 32, heads: 3", "heads: 3 heads do not divide a hidden size of 32"),
            ("hidden_size: 6, heads: 2", "heads: heads of size 3, expected an even size"),
            (
                "hidden_size: 32, heads: 4, key_value_heads: 3",
                "key_value_heads: 4 heads do not divide among 3"
            ),
            ("path: m.gguf, tokenizer: characters", "unknown key 'path' in model"),
            ("intermediate_size: 0", "intermediate_size: must be at least 1, found 0"),
        ])
    func shapes(shape: String, message: String) {
        let found = recipeProblems(
            base.replacingOccurrences(of: "layers: 1, hidden_size: 32, heads: 2", with: shape))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("r.yaml:1:") == true)
        #expect(found.first?.hasSuffix(message) == true, "\(found)")
    }

    @Test("text that would show the task's held-out problems")
    func heldOut() {
        let found = recipeProblems(
            "task: {sums: {held_out: 0.2}}\n"
                + base.replacingOccurrences(
                    of: "max_steps: 1", with: "data: {sums_mixture: {sums: {digits: 3}}}"))
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("r.yaml:4:16: stages.0.pretrain.data: ") == true)
        #expect(found.first?.contains("would show held-out problems") == true)
    }

    @Test("more problems to evaluate than are held out")
    func tooFew() {
        let found = recipeProblems("evaluation: {problems: 5000}\n" + base)
        #expect(found.count == 1)
        #expect(found.first?.contains("5000 problems, but task sums holds out 8") == true)
        #expect(found.first?.hasPrefix("r.yaml:1:14: evaluation.problems: ") == true)
    }

    @Test("an evaluation whose problems training may draw")
    func overlap() throws {
        func text(_ evaluated: String, task: String = "{sums: {digits: 1, held_out: 0.2}}")
            -> String
        {
            """
            model: m.gguf
            task: \(task)
            evaluation: {task: \(evaluated), problems: 8}
            stages: [grpo]
            """
        }
        let found = recipeProblems(text("{sums: {digits: 1, held_out: 0.5}}"))
        #expect(found.count == 1)
        #expect(found.first?.contains("of its 8 held-out problems, such as ") == true)
        #expect(found.first?.contains("belong to the training problems of task sums") == true)
        for (evaluated, disjoint) in [
            ("{sums: {digits: 2, held_out: 0.2}}", true), ("countdown", false),
        ] {
            let recipe = try loadRecipe(text(evaluated)).recipe
            #expect(HeldOutCheck(recipe).isDisjoint == disjoint, "\(evaluated)")
        }
    }

    @Test("a model file that is not there, beside all else")
    func missingModel() {
        let text = "model: gone.gguf\nseed: x\nstages: [grpo]\n"
        let found = recipeProblems(text, requiringModel: true)
        #expect(found.count == 2)
        #expect(found.first?.hasPrefix("r.yaml:1:1: model: found no file ") == true)
        #expect(found.last == "r.yaml:2:7: seed: expected a whole number, found 'x'")
        #expect(recipeProblems(text).count == 1)
    }

    @Test("a recipe that is no recipe", arguments: ["", "[1]", "a: [", "seed", "\u{0}"])
    func noRecipe(text: String) {
        #expect(recipeProblems(text).count >= 1)
    }

    @Test(
        "every preset fits the stage; what the recipe sets otherwise is listed",
        arguments: Preset.all)
    func presets(preset: Preset) throws {
        let positions = base.replacingOccurrences(
            of: "heads: 2", with: "heads: 2, max_positions: 65536")
        // cispo's and others' fields stand as the paper has them.
        let (recipe, departures) = try loadRecipe(
            positions.replacingOccurrences(
                of: "max_completion_length: 96", with: "preset: \(preset.name)"))
        #expect(departures.map(\.description) == [])
        let text = ResolvedRecipe.text(of: recipe)
        for field in preset.fields {
            if case .yaml = field.value { continue }  // LengthScheduleTests
            let value = field.value.description
            let number = Double(value)
            let line = text.split(separator: "\n").first {
                $0.trimmingCharacters(in: .whitespaces).hasPrefix(field.key + ": ")
                    && text.range(of: "grpo:")!.lowerBound < $0.startIndex
            }
            let found = line.map {
                $0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)
            }
            if let number {
                #expect(found.flatMap(Double.init) == number, "\(field.key)")
            } else {
                #expect(found == value, "\(field.key)")
            }
        }
        #expect(ResolvedRecipe.text(of: try loadRecipe(text).recipe) == text)

        let changed = try loadRecipe(
            positions, set: ["grpo.preset=\(preset.name)", "grpo.advantage_baseline=none"])
        let expected = Set(["advantage_baseline", "max_completion_length"])
            .intersection(preset.fields.map(\.key))
        #expect(Set(changed.departures.map(\.key)) == expected)
        for departure in changed.departures {
            #expect(departure.description.contains("preset \(preset.name) says \(departure.key) "))
            #expect(departure.citation?.isEmpty == false)
        }
    }

    @Test("TRL's loss_type stands for two switches; over a preset it is a departure")
    func lossType() throws {
        func stage(_ options: String) throws -> (GRPOSpecification, [Departure]) {
            let (recipe, departures) = try loadRecipe(
                base.replacingOccurrences(
                    of: "{max_completion", with: "{\(options), max_completion"))
            guard case .grpo(let stage) = recipe.stages[1] else { throw CancellationError() }
            return (stage, departures)
        }
        for type in LossType.allCases {
            let extra = type == .cispo ? ", epsilon_high: 5" : ""
            let (plain, departures) = try stage("loss_type: \(type.rawValue)\(extra)")
            #expect(plain.settings.objective.aggregation == type.aggregation)
            #expect(plain.settings.objective.weightFunction == type.weightFunction)
            #expect(departures.isEmpty)
        }
        let agreeing = try stage("loss_type: dapo, aggregation: token_mean").0
        #expect(agreeing.settings.objective.aggregation == .tokenMean)
        let (over, departures) = try stage("preset: r1_zero, loss_type: dapo")
        #expect(over.settings.objective.aggregation == .tokenMean)
        #expect(Set(departures.map(\.key)).contains("aggregation"))
    }

    @Test("--set reaches every level, and its mistakes name the argument")
    func overrides() throws {
        let recipe = try loadRecipe(
            base,
            set: [
                "seed=4", "grpo.beta=0.5", "grpo.rewards=[accuracy, format: 0.3]",
                "grpo.rewards.format.when=accuracy", "task.sums.digits=3", "model.layers=2",
                "pretrain.learning_rate=1e-4", "evaluation.samples=2", "threads=null",
            ]
        ).recipe
        guard case .grpo(let grpo) = recipe.stages[1], case .shape(let shape) = recipe.model else {
            Issue.record("a recipe of other kinds")
            return
        }
        #expect(recipe.seed == 4)
        #expect(recipe.threads == nil)
        #expect(shape.layers == 2)
        #expect(grpo.settings.objective.beta == 0.5)
        #expect(grpo.rewards[1].term.settings.when == "accuracy")
        #expect(grpo.rewards[1].term.settings.weight == 0.3)
        #expect(recipe.evaluation.settings.samples == 2)
        #expect(
            recipeProblems(
                base, set: ["grpo.bta=1", "sed=1", "grpo.beta=x", "grpo.num_generations=1"]
            )
            .map { $0.prefix { $0 != ";" } } == [
                "--set grpo.beta=x: beta: expected a number, found 'x'",
                "--set grpo.bta=1: unknown key 'bta' in grpo",
                "--set grpo.num_generations=1: num_generations: a group of one has no "
                    + "baseline to compare with",
                "--set sed=1: unknown key 'sed'",
            ])
    }

    @Test("a recipe is named after its file, in letters that may stand in a path")
    func names() throws {
        #expect(try loadRecipe(base).recipe.name == "r")
        #expect(try loadRecipe("name: my-run\n" + base).recipe.name == "my-run")
        for name in ["a/b", "..", "'a b'"] {
            let found = recipeProblems("name: \(name)\n" + base)
            #expect(found.first?.hasPrefix("r.yaml:1:1: name: ") == true, "\(found)")
        }
    }
}

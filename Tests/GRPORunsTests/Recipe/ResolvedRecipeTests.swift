import GRPORuns
import Testing

@Suite("Presets and resolved recipes")
struct ResolvedRecipeTests {
    @Test("a preset lies between the defaults and the recipe, departures are listed")
    func preset() throws {
        let document = try RecipeDocument.parse(
            "stages:\n  - grpo: {preset: r1_zero, epsilon: 0.2, beta: 1e-3}\n", name: "r.yaml")
        let (recipe, departures) = try document.decode(SampleRecipe.self)
        let settings = try grpo(recipe)
        #expect(settings.epsilon == 0.2)
        #expect(settings.beta == 0.001)
        #expect(settings.numGenerations == 16)
        #expect(settings.learningRate == 3e-6)
        #expect(settings.maxSteps == 100)
        #expect(
            departures.map(\.description) == [
                "stages.0.grpo: preset r1_zero says epsilon 10 (Nature 645, Methods), recipe "
                    + "sets 0.2"
            ])
        #expect(departures.first?.place == .file("r.yaml", line: 2, column: 29))
    }

    @Test("an alias expands over the preset; a conflict beside it is an error")
    func alias() throws {
        let (recipe, departures) = try RecipeDocument.parse(
            "stages: [grpo: {preset: r1_zero, loss_type: dr_grpo}]"
        ).decode(SampleRecipe.self)
        #expect(try grpo(recipe).aggregation == .constant)
        #expect(departures.map(\.key) == ["aggregation"])
        #expect(
            problems("stages: [grpo: {loss_type: dr_grpo, aggregation: sequence_mean}]") == [
                "r.yaml:1:37: aggregation is sequence_mean, but loss_type dr_grpo means constant; "
                    + "remove aggregation or loss_type"
            ])
        #expect(problems("stages: [grpo: {loss_type: dr_grpo, aggregation: constant}]") == [])
    }

    @Test("an unknown preset")
    func unknown() {
        #expect(
            problems("stages: [grpo: {preset: r1_zer}]") == [
                "r.yaml:1:25: unknown preset 'r1_zer'; did you mean 'r1_zero'?"
            ])
        #expect(
            problems("stages: [grpo]", set: ["grpo.preset=ppo"]) == [
                "--set grpo.preset=ppo: unknown preset 'ppo'; known: r1_zero, rloo"
            ])
    }

    @Test("the resolved text names every key and loads to the same values")
    func roundTrip() throws {
        let document = try RecipeDocument.parse(
            """
            name: "quick: # \\"start\\" ünï\\u0007"
            model: Models/smol.gguf
            stages:
              - pretrain: {name: base}
              - grpo:
                  preset: r1_zero
                  from: base
                  epsilon: 0.2
                  columns: {b: "1", groundTruth: "no", "a b": "x\\ny"}
                  rewards: [accuracy, format: 0.2, length: {weight: .inf, target_length: 9}]
            """.replacing(".inf", with: "0.1"), name: "/somewhere/r.yaml",
            overrides: ["seed=9007199254740993", "evaluation.temperature=1e-7"])
        let (recipe, departures) = try document.decode(SampleRecipe.self)
        let text = ResolvedRecipe.text(of: recipe, comment: ["written by a test"])
        let again = try RecipeDocument.parse(text, name: "/elsewhere/recipe.yaml")
        let (reloaded, sameDepartures) = try again.decode(SampleRecipe.self)
        #expect(reloaded == recipe)
        #expect(sameDepartures.map(\.description) == departures.map(\.description))
        #expect(ResolvedRecipe.text(of: reloaded, comment: ["written by a test"]) == text)
        for key in ["epsilon_high: null", "threads: null", "schema: 1", "loss_type: null"] {
            #expect(text.contains(key), "\(key) is missing in\n\(text)")
        }
    }

    @Test("the exact text")
    func text() throws {
        let recipe = try sample("stages: [grpo: {rewards: [format: 0.2]}, pretrain]")
        #expect(
            ResolvedRecipe.text(of: recipe) == """
                schema: 1
                name: null
                seed: 0
                threads: null
                precision: auto
                model: null
                task:
                  sums:
                    digits: 2
                evaluation:
                  problems: 500
                  samples: 4
                  temperature: 1.0
                stages:
                  - grpo:
                      name: null
                      from: null
                      preset: null
                      loss_type: null
                      max_steps: 100
                      num_generations: 8
                      learning_rate: 1e-06
                      beta: 0.0
                      epsilon: 0.2
                      epsilon_high: null
                      aggregation: global_token_mean
                      rewards:
                        - format:
                            weight: 0.2
                            when: null
                      columns: {}
                  - pretrain:
                      name: null
                      from: null
                      max_steps: 650
                      learning_rate: 0.002

                """)
    }

    @Test(
        "keys in snake_case",
        arguments: [
            ("numGenerations", "num_generations"), ("topP", "top_p"), ("beta", "beta"),
            ("refModelSyncSteps", "ref_model_sync_steps"), ("useURLList", "use_url_list"),
            ("pass@1", "pass@1"), ("already_snake", "already_snake"),
        ])
    func snakeCase(name: String, expected: String) {
        #expect(SnakeCase.key(name) == expected)
    }
}

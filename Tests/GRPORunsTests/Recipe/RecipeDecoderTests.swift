import GRPORuns
import Testing

@Suite("Recipe values")
struct RecipeDecoderTests {
    @Test("what is left out keeps its kind's default")
    func defaults() throws {
        let recipe = try sample(
            """
            seed: 3
            task: sums
            stages:
              - pretrain: {max_steps: 10, learning_rate: 2e-3}
              - grpo:
              - grpo: {name: again, rewards: [accuracy, format: 0.2, length: {target_length: 9}]}
            """)
        #expect(recipe.seed == 3)
        #expect(recipe.stages[0] == .pretrain(SamplePretrain(maxSteps: 10, learningRate: 0.002)))
        #expect(recipe.stages[1] == .grpo(SampleGRPO()))
        #expect(
            try grpo(recipe, 2).rewards == [
                .accuracy(RewardWeight()), .format(RewardWeight(weight: 0.2)),
                .length(RewardWeight(), LengthOptions(targetLength: 9)),
            ])
    }

    @Test(
        "numbers as people write them",
        arguments: [
            ("2e-3", 0.002), ("1E+2", 100), (".5", 0.5), ("5.", 5), ("-0.25", -0.25), ("7", 7),
            ("1_000", 1000), ("010", 10), ("+3", 3), (".inf", Double.infinity), ("1e-06", 1e-6),
        ])
    func doubles(text: String, expected: Double) throws {
        let recipe = try sample("evaluation: {temperature: \(text)}")
        #expect(recipe.evaluation.temperature == expected)
    }

    @Test(
        "no number",
        arguments: [
            "fast", "0x10", "nan", ".nan", "inf", "1e", "1e999", "--1", "1:30", "'1'", "1 2",
        ])
    func notNumbers(text: String) {
        let found = problems("evaluation: {temperature: \(text)}")
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix("r.yaml:1:27: temperature: expected a number, found ") == true)
    }

    @Test(
        "whole numbers",
        arguments: [
            ("1e3", 1000), ("8.0", 8), ("-4", -4), ("9007199254740993", 9_007_199_254_740_993),
        ]
    )
    func integers(text: String, expected: Int) throws {
        #expect(try sample("seed: \(text)").seed == expected)
    }

    @Test(
        "no whole number",
        arguments: [
            ("1.5", "expected a whole number, found '1.5'"),
            ("'8'", "expected a whole number, found the text \"8\""),
            (
                "1e30",
                "expected a whole number between -9223372036854775808 and 9223372036854775807, found '1e30'"
            ), ("", "expected a whole number, found nothing"),
            ("[1]", "expected a whole number, found a list of 1"),
        ])
    func notIntegers(text: String, message: String) {
        let found = problems("seed: \(text)")
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix(": seed: " + message) == true)
    }

    @Test("text is taken as written where text is wanted")
    func textIsText() throws {
        #expect(try sample("name: no").name == "no")
        #expect(try sample("name: 2024-01-01").name == "2024-01-01")
        #expect(try sample("name: 'null'").name == "null")
        #expect(try sample("name: null").name == nil)
        #expect(try sample("name:").name == nil)
    }

    @Test("an optional's type is known, and null unsets it")
    func optionals() throws {
        #expect(try sample("threads: 2").threads == 2)
        #expect(try sample("threads: null").threads == nil)
        #expect(
            problems("threads: many") == [
                "r.yaml:1:10: threads: expected a whole number, found 'many'"
            ])
    }

    @Test("keys of a dictionary are data")
    func dictionary() throws {
        let recipe = try sample("stages: [grpo: {columns: {groundTruth: answer, b: c}}]")
        #expect(try grpo(recipe).columns == ["groundTruth": "answer", "b": "c"])
    }

    @Test("paths are relative to the file that writes them")
    func paths() throws {
        let document = try RecipeDocument.parse(
            "model: ../Models/m.gguf", name: "/recipes/study/r.yaml")
        #expect(
            try document.decode(SampleRecipe.self).value.model?.path == "/recipes/Models/m.gguf")
    }

    @Test("checks for settings of other modules")
    func foreignChecks() throws {
        let document = try RecipeDocument.parse(
            "seed: 4\ntask: {sums: {digits: 9}}", name: "r.yaml")
        let error = #expect(throws: RecipeError.self) {
            try document.decode(
                SampleRecipe.self,
                checks: [
                    { value in
                        (value as? SumsSettings).map {
                            $0.digits > 8 ? [SettingProblem("digits", "must be at most 8")] : []
                        }
                    }
                ])
        }
        #expect(error?.description == "r.yaml:2:15: digits: must be at most 8")
    }

    @Test(
        "the place of a setting",
        arguments: [
            ("seed", 1, 1), ("stages.0", 3, 5), ("stages.0.beta", 3, 12),
            ("stages.0.grpo.beta", 3, 12), ("stages.0.rewards.format.weight", 3, 51),
            ("stages.0.rewards.format.when", 3, 42), ("stages.1.grpo.beta", 4, 5),
            ("stages.9.beta", 2, 1), ("nothing.at.all", 1, 1),
        ])
    func places(path: String, line: Int, column: Int) throws {
        let document = try RecipeDocument.parse(
            """
            seed: 1
            stages:
              - grpo: {beta: 1, rewards: [accuracy, {format: {weight: 2}}]}
              - grpo
            """, name: "r.yaml")
        let place = document.root.place(of: path)
        #expect(place == .file("r.yaml", line: line, column: column))
    }
}

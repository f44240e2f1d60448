import Foundation
import GRPORuns
import GRPOTokenizers
import Testing

@Suite("What a model from nothing can spell")
struct CharacterAlphabetTests {
    private static let recipes = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Recipes").path

    @Test(
        "the shipped models have the characters of their texts and no others",
        arguments: ["quickstart", "curriculum", "problem-pool", "r1", "r1-zero", "r1-distill"])
    func shipped(name: String) throws {
        let recipe = try Recipe.load(
            file: Self.recipes + "/\(name).yaml", components: Components()
        ).recipe
        #expect(CharacterAlphabet(recipe).unseen == "")
    }

    private func recipe(_ task: String, prompt: String = "plain", seed: Int = 1) throws -> Recipe {
        try loadRecipe(
            """
            seed: \(seed)
            model: {layers: 1, hidden_size: 16, heads: 2, max_positions: 1024}
            task: \(task)
            prompt: \(prompt)
            evaluation: {problems: 4, samples: 1}
            stages:
              - pretrain: {max_steps: 1, data: sums_mixture}
              - grpo: {max_steps: 1, prompts_per_step: 1, num_generations: 2, max_completion_length: 8}
            """
        ).recipe
    }

    @Test("questions, the words around them and answers are part of it, whatever the seed")
    func asked() throws {
        let sums = try recipe("sums")
        #expect(CharacterAlphabet(sums).text == CharacterAlphabet(sums).trained.sorted().text)
        let words = try recipe("{sums: {question: 'Wie viel ist {a} + {b}?'}}")
        #expect(CharacterAlphabet(words).unseen == "Wlv")
        let template = CharacterAlphabet(try recipe("sums", prompt: "r1_zero"))
        #expect(template.unseen.contains("A") && template.unseen.contains(","))
        let pairs = try [1, 2].map { CharacterAlphabet(try recipe("leg_counting", seed: $0)).text }
        #expect(pairs[0] == pairs[1])
        #expect(pairs[0].contains("w") && pairs[0].contains("?"))
    }

    @Test("a run goes on with them, and says which it has seen in no text")
    func run() async throws {
        let run = try SmallRun()
        try await run.execute(set: ["task.sums.question=Was {a}+{b}?"])
        #expect(
            run.screen.contains(
                "note: 'W' is asked and stands in no text that the recipe trains on"))
        let usual = try SmallRun()
        try await usual.execute()
        #expect(!usual.screen.contains("note:"))
    }
}

extension [Character] {
    fileprivate var text: String { String(self) }
}

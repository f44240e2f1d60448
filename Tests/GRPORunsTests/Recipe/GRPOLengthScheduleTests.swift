import GRPORuns
import GRPOTraining
import Testing

/// A list of mappings among a stage's settings: its elements are checked like everything else.
@Suite struct GRPOLengthScheduleTests {
    private let key = "max_completion_length_schedule"

    private func recipe(_ options: String) -> String {
        """
        model: {layers: 1, hidden_size: 32, heads: 2, tokenizer: characters, max_positions: 65600}
        task: sums
        stages:
          - pretrain: {data: sums_mixture}
          - grpo: {\(options)}
        """
    }

    private func settings(_ options: String, set: [String] = []) throws -> GRPOSettings {
        let recipe = try loadRecipe(recipe(options), set: set).recipe
        guard case .grpo(let stage) = recipe.stages[1] else { throw CancellationError() }
        return stage.settings
    }

    @Test func changesAreRead() throws {
        let changes = [
            CompletionLengthChange(step: 3, maxCompletionLength: 64),
            CompletionLengthChange(step: 5, maxCompletionLength: 96),
        ]
        let text = "[{step: 3, max_completion_length: 64}, {step: 5, max_completion_length: 96}]"
        #expect(try settings("\(key): \(text)").maxCompletionLengthSchedule == changes)
        #expect(
            try settings("", set: ["grpo.\(key)=\(text)"]).maxCompletionLengthSchedule == changes)
    }

    /// The schedule is R1-Zero's until the recipe sets another, which is a departure.
    @Test func r1ZeroBringsIts() throws {
        let preset = try settings("preset: r1_zero")
        #expect(
            preset.maxCompletionLengthSchedule == [.init(step: 8200, maxCompletionLength: 65536)])
        let text = recipe("preset: r1_zero, \(key): []")
        let (changed, departures) = try loadRecipe(text)
        #expect(departures.map(\.key) == [key])
        let resolved = ResolvedRecipe.text(of: changed)
        #expect(ResolvedRecipe.text(of: try loadRecipe(resolved).recipe) == resolved)
        let whole = ResolvedRecipe.text(of: try loadRecipe(recipe("preset: r1_zero")).recipe)
        #expect(ResolvedRecipe.text(of: try loadRecipe(whole).recipe) == whole)
    }

    @Test(arguments: [
        ("[{step: 3, max_completion_length: 64, steps: 4}]", "unknown key 'steps'"),
        ("[{step: 3, max_completion_lenght: 64}]", "max_completion_length: missing"),
        ("[{step: x, max_completion_length: 64}]", "expected a whole number, found 'x'"),
        ("{step: 3, max_completion_length: 64}", "expected a list"),
        ("[{step: 1, max_completion_length: 64}]", "must be above 1"),
    ])
    func wrongChangesHaveTheirPlace(text: String, message: String) {
        let found = recipeProblems(recipe("\(key): \(text)"))
        #expect(found.contains { $0.contains(message) }, "\(found)")
        #expect(found.allSatisfy { $0.hasPrefix("r.yaml:5:") }, "\(found)")
    }
}

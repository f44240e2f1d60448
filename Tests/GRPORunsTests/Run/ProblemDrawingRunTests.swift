import Foundation
import GRPOJSON
import GRPORuns
import Testing

@Suite("Curriculum, pool and dynamic sampling: a resumed run is the uninterrupted run")
struct ProblemDrawingRunTests {
    /// Generations of two steps; levels that end by success and by step.
    static let recipe = """
        seed: 3
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
        task: {sums: {digits: 1, held_out: 0.2}}
        evaluation: {problems: 8, samples: 2}
        stages:
          - pretrain:
              max_steps: 6
              documents_per_step: 16
              learning_rate: 3e-3
              data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}
          - grpo:
              max_steps: 6
              prompts_per_step: 2
              num_generations: 4
              max_completion_length: 10
              preflight: warn
              steps_per_generation: 2
              learning_rate: 1e-3
              rewards: [accuracy, tag_count: 0.5]
              save_steps: 2
              dynamic_sampling: {max_rounds: 3}
              problem_pool: {size: 12}
              curriculum:
                - {task: {sums: {digits: 1, maximum: 4, held_out: 0.2}}, until: 2}
                - {solve_rate: 0.9, window: 1, until: 4}
                - {task: {sums: {digits: 1, held_out: 0.2}}}

        """

    private static let whole = Task { () throws -> [String: Data] in
        let run = try SmallRun()
        try await run.execute(recipe)
        return try run.results()
    }

    @Test(
        "interrupted within a generation, between generations, while sampling",
        arguments: [
            "grpo 1/6  sampling", "grpo 1/6  reward ", "grpo 2/6  reward ", "grpo 3/6  sampling",
            "grpo 3/6  reward ", "grpo 5/6  reward ",
        ])
    func resumed(mark: String) async throws {
        let run = try SmallRun()
        await #expect(throws: Run.Interrupted.self) {
            try await run.execute(Self.recipe, interruptingAt: mark)
        }
        try await run.execute(Self.recipe, resuming: true)
        let whole = try await Self.whole.value
        let found = try run.results()
        #expect(found.keys.sorted() == whole.keys.sorted())
        guard SmallRun.isExact else { return }
        #expect(differences(found, whole) == [])
    }

    @Test("the step that sampled a generation tells its drawing")
    func metrics() async throws {
        let lines = String(
            decoding: try #require(try await Self.whole.value["metrics.jsonl"]), as: UTF8.self
        ).split(separator: "\n").compactMap { JSONValue($0) }
            .filter { $0["stage"]?.string == "grpo" }
        #expect(lines.compactMap { $0["curriculum/level"]?.number } == [1, 2, 3])
        #expect(
            lines.map { $0["dynamic_sampling/rounds"] != nil } == [
                true, false, true, false, true, false,
            ])
        #expect(lines.compactMap { $0["problem_pool/asked"]?.number }.allSatisfy { $0 > 0 })
        #expect(lines.compactMap { $0["solve_rate"]?.number }.count == 3)
    }
}

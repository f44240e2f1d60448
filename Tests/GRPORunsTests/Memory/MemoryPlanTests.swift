import Foundation
import GRPOCPU
import GRPOModels
import GRPORuns
import GRPOTensors
import Testing

@Suite("The memory plan")
struct MemoryPlanTests {
    /// Stages on a model large enough that its activations, not its smallest tensors, count.
    private static func recipe(_ pretrain: String, _ grpo: String = "") -> String {
        """
        seed: 3
        model: {layers: 4, hidden_size: 64, heads: 4, max_positions: 128}
        task: {sums: {digits: 2}}
        evaluation: {problems: 4, samples: 2, max_completion_length: 8}
        stages:
          - pretrain: {data: sums_mixture, \(pretrain)}
        \(grpo.isEmpty ? "" : "  - grpo: {max_steps: 1, rewards: [random], \(grpo)}")

        """
    }

    private static let long =
        "prompts_per_step: 4, num_generations: 16, max_completion_length: 64, "
        + "micro_batch_tokens: 500"

    /// A stage behind a base that is trained in little; the task has texts and pairs of its own.
    private static func behind(_ stages: String...) -> String {
        """
        seed: 3
        model: {layers: 4, hidden_size: 64, heads: 4, max_positions: 160}
        task: {little_world: {digits: 1}}
        evaluation: {problems: 4, samples: 2, max_completion_length: 8}
        stages:
          - pretrain: {data: little_world, max_steps: 1, documents_per_step: 2}
        \(stages.map { "  - \($0)\n" }.joined())
        """
    }

    static let configurations = [
        behind("sft: {data: everyday, max_steps: 1, documents_per_step: 64}"),
        behind(
            "dpo: {data: little_world, max_steps: 1, pairs_per_step: 32, eval_pairs: 0, "
                + "max_length: 160}"),
        behind(
            "reward_model: {data: little_world, max_steps: 1, pairs_per_step: 32, eval_pairs: 0, "
                + "max_length: 160}"),
        behind(
            "sample: {prompts: 64, num_generations: 4, max_completion_length: 96, "
                + "keep: [length: {min: 1}]}"),
        recipe("max_steps: 1, documents_per_step: 64"),
        recipe("max_steps: 1, documents_per_step: 64, gradient_checkpointing: true"),
        recipe("max_steps: 1, documents_per_step: 64, micro_batch_tokens: 600"),
        recipe("max_steps: 1, documents_per_step: 4", long + ", beta: 0.1"),
    ]

    private func load(_ text: String, _ overrides: [String] = []) throws -> Recipe {
        let file = NSTemporaryDirectory() + "grpo-memory-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return try Recipe.load(file: file, overrides: overrides, components: Components()).recipe
    }

    @Test(
        "is within 15% of what the tensors' pool held at its fullest",
        arguments: configurations.indices)
    func measured(index: Int) async throws {
        let run = try SmallRun()
        let compute = SmallRun.compute(threads: 1)
        let plan = try MemoryPlan(
            try load(Self.configurations[index]), backend: compute.backend)
        try await run.execute(Self.configurations[index], compute: compute)
        let planned = Double(plan.stages.map(\.estimate.pooled).max() ?? 0)
        // Packed weights share blocks that are far larger than this model and stay mostly untouched.
        let backend = try #require(compute.backend as? CPUBackend)
        let held = Double(backend.pool.highWaterMark - backend.products.memory.bytesTaken)
        #expect(abs(planned / held - 1) < 0.15, "planned \(planned), held \(held)")
    }

    @Test("what takes less memory is planned with less")
    func settings() throws {
        let backend = SmallRun.compute(threads: 1).backend
        func peak(_ overrides: String...) throws -> Int {
            try MemoryPlan(
                try load(Self.recipe("max_steps: 1, documents_per_step: 128"), overrides),
                backend: backend
            ).peak
        }
        let all = try peak()
        #expect(try peak("pretrain.gradient_checkpointing=true") < all)
        #expect(try peak("pretrain.micro_batch_tokens=256") < all)
        #expect(try peak("model.layers=5") > all)
    }

    @Test("what does not fit is refused with its numbers and with settings that fit")
    func refusal() throws {
        let backend = SmallRun.compute(threads: 1).backend
        let plan = try MemoryPlan(
            try load(Self.recipe("max_steps: 1, documents_per_step: 128")), backend: backend)
        let estimate = try #require(plan.stages.first?.estimate)
        try plan.check(within: estimate.peak)
        let little = try #require(throws: RunError.self) {
            try plan.check(within: estimate.peak - 1)
        }
        #expect(little.cause == .input)
        #expect(little.path == "stage pretrain")
        #expect(little.message.contains("activations"))
        #expect(little.remedy.contains("gradient_checkpointing: true (about"))
        #expect(little.remedy.contains("micro_batch_tokens: 256 (about"))
        let nothing = try #require(throws: RunError.self) { try plan.check(within: 1) }
        #expect(nothing.remedy == "use a smaller model, or a machine with more memory")
    }

    @Test("a model larger than any machine is refused before it is made")
    func absurd() throws {
        let backend = SmallRun.compute(threads: 1).backend
        let overrides = [
            "model.layers=1024", "model.hidden_size=65536",
            "pretrain.documents_per_step=65536",
            "pretrain.micro_batch_tokens=1000000000000000",
        ]
        let plan = try MemoryPlan(
            try load(Self.recipe("max_steps: 2"), overrides), backend: backend)
        #expect(throws: RunError.self) { try plan.check() }
    }
}

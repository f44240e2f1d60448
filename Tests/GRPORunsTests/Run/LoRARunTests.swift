import Foundation
import GRPOCheckpoints
import GRPOModels
import GRPORollouts
import GRPORuns
import GRPOTensors
import Testing

@Suite("Runs that train adapters")
struct LoRARunTests {
    /// The small run with adapters in its second stage, and a third stage upon them.
    private static let recipe =
        SmallRun.recipe
        .replacing("sync_ref_model: true", with: "lora: {r: 2, alpha: 4}")
            + """
              - grpo:
                  name: more
                  max_steps: 2
                  prompts_per_step: 2
                  num_generations: 4
                  max_completion_length: 10
                  learning_rate: 1e-3
                  rewards: [accuracy, random: 0.2]
                  lora: {r: 1, target_modules: [q_proj, v_proj], use_rslora: true}

            """

    private func results(_ run: SmallRun) throws -> [String: Data] {
        try run.results(earlierCheckpoints: true).filter { name, _ in
            let last = name.contains("/more/") ? "step-000002" : "step-000006"
            return !name.hasPrefix("checkpoints/") || name.contains(last)
        }
    }

    @Test("adapters stand in the run, in PEFT's format; checkpoints hold them without weights")
    func files() async throws {
        let run = try SmallRun()
        try await run.execute(Self.recipe)
        for stage in ["grpo", "more"] {
            let names = try FileManager.default.contentsOfDirectory(
                atPath: run.directory.adapters(stage: stage)
            ).sorted()
            #expect(names == ["adapter_config.json", "adapter_model.safetensors"])
        }
        #expect(!FileManager.default.fileExists(atPath: run.directory.adapters(stage: "pretrain")))
        func size(_ stage: String) throws -> Int {
            let path = run.directory.checkpoint(stage: stage, step: 6)
            return try Data(contentsOf: URL(fileURLWithPath: path)).count
        }
        #expect(try size("grpo") * 2 < size("pretrain"))
        let records = MetricsReader.records(path: run.directory.metrics)
        let first = try #require(records.first { $0.stage == "more" })
        if SmallRun.isExact {
            #expect(first.number("sampling/sampling_logp_difference/max") == 0)
            let grpo = try #require(records.first { $0.stage == "grpo" })
            #expect(grpo.number("kl") == 0)
        }
    }

    @Test("a pretrain stage trains adapters too, on an earlier stage's weights")
    func pretrained() async throws {
        let tuned =
            SmallRun.recipe + """
                  - pretrain:
                      name: tune
                      from: pretrain
                      max_steps: 2
                      documents_per_step: 8
                      completion_only_loss: true
                      data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}
                      lora: {r: 2, alpha: 4}

                """
        let run = try SmallRun()
        let summary = try await run.execute(tuned)
        #expect(summary.stages.map(\.name) == ["pretrain", "grpo", "tune"])
        let backend = SmallRun.compute(threads: 1).backend
        let policy = try PolicyFile.load(run.directory.path + ":tune", backend: backend)
        let base = try PolicyFile.load(run.directory.path + ":pretrain", backend: backend)
        #expect(policy.decoder.store.values.floats == base.decoder.store.values.floats)
        let adapters = try #require(policy.decoder.adapters)
        #expect(adapters.settings.r == 2)
        // B begins as zeros: what it is now, this stage has learned.
        #expect(
            policy.decoder.merged().store.values.floats != base.decoder.store.values.floats)
        let names = try FileManager.default.contentsOfDirectory(
            atPath: run.directory.adapters(stage: "tune"))
        #expect(names.sorted() == ["adapter_config.json", "adapter_model.safetensors"])
    }

    /// The small run's first stage, and a reward model that is adapters and a score head.
    private static let rewardModel =
        String(SmallRun.recipe.prefix(upTo: SmallRun.recipe.range(of: "  - grpo:")!.lowerBound))
            + """
              - reward_model:
                  name: taste
                  max_steps: 4
                  pairs_per_step: 4
                  learning_rate: 1e-2
                  data: {jsonl: {file: pairs.jsonl, held_out: 0}}
                  lora: {r: 2, alpha: 4}

            """

    private func rewardModelRun() throws -> SmallRun {
        let run = try SmallRun()
        let pairs = (0..<8).map { index in
            #"{"prompt": "Q:\#(index)+1=?", "chosen": "\#(index + 1)", "rejected": "0"}"#
        }
        try (pairs.joined(separator: "\n") + "\n").write(
            toFile: run.scratch + "/pairs.jsonl", atomically: true, encoding: .utf8)
        return run
    }

    @Test("a reward model is adapters and a score head upon frozen weights, resumed as it was")
    func rewardModels() async throws {
        let whole = try rewardModelRun()
        try await whole.execute(Self.rewardModel)
        let backend = SmallRun.compute(threads: 1).backend
        let last = whole.directory.checkpoint(stage: "taste", step: 4)
        let model = try PolicyFile.model(try Checkpoint.verify(last), backend)
        #expect(model.decoder.configuration.scoreHead)
        let base = try PolicyFile.load(whole.directory.path + ":pretrain", backend: backend)
        for parameter in model.decoder.store.parameters where parameter.name != "score" {
            #expect(parameter.values.floats == base.decoder.store[parameter.name].values.floats)
        }
        let trained = try #require(model.decoder.adapters).store
        #expect(trained["score"].values.floats.contains { $0 != 0 })
        let up = trained.parameters.filter { $0.name.hasSuffix("lora_b") }
        #expect(!up.isEmpty && up.contains { $0.values.floats.contains { $0 != 0 } })
        let names = try FileManager.default.contentsOfDirectory(
            atPath: whole.directory.adapters(stage: "taste")
        ).sorted()
        #expect(names == ["adapter_config.json", "adapter_model.safetensors"])

        let run = try rewardModelRun()
        await #expect(throws: Run.Interrupted.self) {
            try await run.execute(Self.rewardModel, interruptingAt: "taste 2/4")
        }
        try await run.execute(Self.rewardModel, resuming: true)
        if SmallRun.isExact {
            let resumed = try PolicyFile.model(
                try Checkpoint.verify(run.directory.checkpoint(stage: "taste", step: 4)), backend)
            #expect(resumed.decoder.trained.values.floats == trained.values.floats)
        }
    }

    @Test(
        "interrupted and resumed it is the uninterrupted run",
        arguments: ["grpo 3/6  reward ", "grpo 5/6  sampling", "more 1/2  reward "])
    func resumed(mark: String) async throws {
        let whole = try SmallRun()
        try await whole.execute(Self.recipe)
        let run = try SmallRun()
        await #expect(throws: Run.Interrupted.self) {
            try await run.execute(Self.recipe, interruptingAt: mark)
        }
        try await run.execute(Self.recipe, resuming: true)
        let (found, expected) = (try results(run), try results(whole))
        #expect(found.keys.sorted() == expected.keys.sorted())
        if SmallRun.isExact { #expect(differences(found, expected) == []) }
    }

    @Test("a checkpoint of adapters is a policy: with its weights, also where the run was moved")
    func loaded() async throws {
        let run = try SmallRun()
        try await run.execute(Self.recipe)
        let moved = run.scratch + "/elsewhere"
        try FileManager.default.moveItem(atPath: run.directory.path, toPath: moved)
        let backend = SmallRun.compute(threads: 1).backend
        let policy = try PolicyFile.load(moved, backend: backend)
        #expect(policy.decoder.adapters?.settings.r == 1)
        let base = try PolicyFile.load(moved + ":grpo", backend: backend)
        #expect(base.decoder.adapters?.settings.alpha == 4)
        #expect(
            policy.decoder.store.values.floats == base.decoder.merged().store.values.floats)
        let pretrained = try PolicyFile.load(moved + ":pretrain", backend: backend)
        #expect(base.decoder.store.values.floats == pretrained.decoder.store.values.floats)

        // Other weights under the same name are refused.
        let parent = RunDirectory(path: moved).checkpoints(stage: "pretrain")
        for suffix in [".h5", ".json"] {
            let file = parent + "/step-000006" + suffix
            try FileManager.default.removeItem(atPath: file)
            try FileManager.default.copyItem(
                atPath: RunDirectory(path: moved).checkpoints(stage: "grpo") + "/step-000006"
                    + suffix, toPath: file)
        }
        #expect(throws: RunError.self) { try PolicyFile.load(moved + ":grpo", backend: backend) }
    }

    @Test(
        "what cannot be is said where it is written",
        arguments: [
            ("lora: {r: 2, alpha: 4}", "lora: {r: 0}", "must be between 1 and 4096"),
            ("lora: {r: 2, alpha: 4}", "lora: {dropout: 0.1}", "must be 0"),
            ("lora: {r: 2, alpha: 4}", "lora: {lora_alpha: 4}", "unknown key 'lora_alpha'"),
            (
                "lora: {r: 2, alpha: 4}", "lora: {target_modules: [q_proj, lm_head]}",
                "expected one of q_proj"
            ),
            ("lora: {r: 2, alpha: 4}", "lora: {target_modules: all}", "expected all-linear"),
            (
                "lora: {r: 2, alpha: 4}", "lora: {r: 2}\n      sync_ref_model: true",
                "cannot follow the policy"
            ),
            ("max_steps: 6\n      documents", "lora: {}\n      documents", "from nothing"),
        ])
    func refused(found: String, replacement: String, message: String) throws {
        let run = try SmallRun()
        let file = run.scratch + "/r.yaml"
        let text = Self.recipe.replacing(found, with: replacement)
        #expect(text != Self.recipe)
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let error = try #require(throws: RecipeError.self) {
            _ = try Recipe.load(file: file, components: Components())
        }
        #expect(error.problems.contains { $0.message.contains(message) }, "\(error.problems)")
    }

    @Test("the resolved recipe says every setting of the adapters")
    func resolves() throws {
        let run = try SmallRun()
        let file = run.scratch + "/r.yaml"
        try Self.recipe.write(toFile: file, atomically: true, encoding: .utf8)
        let recipe = try Recipe.load(file: file, components: Components()).recipe
        #expect(recipe.stages[1].lora?.targetModules == .allLinear)
        #expect(recipe.stages[2].lora?.targetModules.targets == [.query, .value])
        #expect(ResolvedRecipe.text(of: recipe).contains("use_rslora: true"))
    }
}

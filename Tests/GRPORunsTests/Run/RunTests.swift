import Foundation
import GRPOCheckpoints
import GRPORuns
import GRPOTasks
import GRPOTraining
import Testing

@Suite("Runs")
struct RunTests {
    @Test("one line of metrics for each step, under TRL's names; only RL steps hold a reward")
    func metrics() async throws {
        let run = try SmallRun()
        try await run.execute()
        let records = MetricsReader.records(path: run.directory.metrics)
        #expect(
            records.map { "\($0.stage) \($0.step)" }
                == (1...6).map { "pretrain \($0)" } + (1...6).map { "grpo \($0)" })
        for record in records {
            #expect((record.number("reward") != nil) == (record.stage == "grpo"))
            for name in ["grad_norm", "learning_rate", "num_tokens"] {
                #expect(record.number(name) != nil, "\(record.stage) \(record.step): \(name)")
            }
            guard record.stage == "grpo" else {
                #expect(record.number("loss") != nil)
                continue
            }
            for name in [
                "reward_std", "frac_reward_zero_std", "rewards/accuracy/mean",
                "rewards/tag_count/mean", "rewards/random/std", "kl", "entropy",
                "completions/mean_length", "completions/clipped_ratio",
                "clip_ratio/region_mean", "sampling/sampling_logp_difference/max",
            ] {
                #expect(record.number(name) != nil, "step \(record.step): \(name)")
            }
        }
        let difference = records.filter { $0.stage == "grpo" }.map {
            $0.number("sampling/sampling_logp_difference/max")
        }
        // Steps 1 and 5 are the first updates on their samples: sampler and trainer agree.
        if SmallRun.isExact {
            #expect(difference[0] == 0)
            #expect(difference[4] == 0)
        }
        #expect(difference[3].map { $0 > 0 } == true)
    }

    @Test("the files of a run")
    func files() async throws {
        let run = try SmallRun()
        try await run.execute()
        let names = Set(try run.results(earlierCheckpoints: true).keys)
        var expected: Set = ["recipe.yaml", "metrics.jsonl", "evaluations.json"]
        for stage in ["pretrain", "grpo"] {
            expected.insert("evaluations/\(stage).jsonl")
            for step in [4, 6] {
                expected.insert("checkpoints/\(stage)/step-00000\(step).h5")
                expected.insert("checkpoints/\(stage)/step-00000\(step).json")
            }
        }
        expected.formUnion([
            "rollouts/grpo/step-000001.jsonl", "rollouts/grpo/step-000005.jsonl",
            "preflight/grpo.json",
        ])
        #expect(names == expected)
        let directory = run.directory
        // Two steps' prompts at once, four completions each.
        #expect(RolloutWriter.rows(directory, stage: "grpo", step: 1).count == 16)
        let text = try String(contentsOfFile: directory.recipe, encoding: .utf8)
        let again = try Recipe.load(file: directory.recipe, components: Components()).recipe
        #expect(ResolvedRecipe.text(of: again) == text)
    }

    @Test("evaluations stand in the order of the stages, that of a loaded model first")
    func evaluations() async throws {
        let first = try SmallRun()
        let summary = try await first.execute()
        #expect(summary.evaluations.map(\.stage) == ["pretrain", "grpo"])
        #expect(summary.stages.map(\.name) == ["pretrain", "grpo"])
        #expect(summary.stages.map(\.steps) == [6, 6])

        let second = try SmallRun()
        let loaded = try await second.execute(
            """
            seed: 3
            model: \(try #require(summary.stages[1].checkpoint))
            task: {sums: {digits: 1, held_out: 0.2}}
            evaluation: {problems: 8, samples: 2}
            stages:
              - grpo: {max_steps: 1, prompts_per_step: 1, num_generations: 2,
                       max_completion_length: 10}
            """)
        #expect(loaded.evaluations.map(\.stage) == ["base", "grpo"])
        // The same policy, problems and random numbers.
        var base = loaded.evaluations[0]
        base.stage = "grpo"
        #expect(base == summary.evaluations[1])
    }

    @Test("evaluations asked for in another way are made again when a run is resumed")
    func otherEvaluation() async throws {
        let run = try SmallRun()
        try await run.execute()
        let summary = try await run.execute(set: ["evaluation.samples=3"], resuming: true)
        #expect(summary.evaluations.map(\.samples) == [3, 3])
        #expect(summary.evaluations.map(\.stage) == ["pretrain", "grpo"])
        for change in ["evaluation.top_p=0.9", "evaluation.max_completion_length=4"] {
            run.clearScreen()
            try await run.execute(set: ["evaluation.samples=3", change], resuming: true)
            #expect(run.screen.contains("grpo evaluated"), "\(change)")
            run.clearScreen()
            try await run.execute(set: ["evaluation.samples=3", change], resuming: true)
            #expect(!run.screen.contains("grpo evaluated"), "\(change)")
        }
    }

    @Test("from: starts from the stage it names")
    func from() async throws {
        let run = try SmallRun()
        let options =
            "max_steps: 2, prompts_per_step: 1, num_generations: 2, "
            + "max_completion_length: 10, learning_rate: 1e-3, rewards: [random]"
        let summary = try await run.execute(
            """
            model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
            task: {sums: {digits: 1, held_out: 0.2}}
            evaluation: {problems: 4, samples: 1}
            stages:
              - pretrain: {name: base, max_steps: 2, documents_per_step: 8,
                           data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}}
              - grpo: {name: one, \(options)}
              - grpo: {name: two, from: base, \(options)}
              - grpo: {name: three, \(options)}
            """)
        let manifests = try summary.stages.map {
            try Checkpoint.verify($0.checkpoint ?? "").manifest
        }
        #expect(manifests[0].parentSHA256 == nil)
        #expect(manifests[1].parentSHA256 == manifests[0].fileSHA256)
        #expect(manifests[2].parentSHA256 == manifests[0].fileSHA256)
        #expect(manifests[3].parentSHA256 == manifests[2].fileSHA256)
        // Resolved, where the recipe leaves it open: gradients are rounded by it.
        #expect(manifests[0].provenance["micro_batch_rows"] == "8192")
    }

    @Test("a new run never touches an existing one")
    func existing() async throws {
        let run = try SmallRun()
        try await run.execute()
        let before = try run.results()
        let error = await #expect(throws: RunError.self) { try await run.execute() }
        #expect(error?.cause == .input)
        #expect(error?.description.contains("continue it with --resume") == true)
        #expect(differences(try run.results(), before) == [])
    }

    @Test("a run with other settings is not resumed, and stays as it was")
    func otherSettings() async throws {
        let run = try SmallRun()
        _ = try await run.interrupt(at: "grpo 3/6  reward ")
        let before = try run.results(earlierCheckpoints: true)
        for change in ["grpo.beta=0.02", "pretrain.max_steps=7", "seed=4", "task.sums.digits=2"] {
            let recipe = SmallRun.recipe.replacingOccurrences(
                of: "data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}",
                with: change.hasPrefix("task")
                    ? "data: {sums_mixture: {sums: {digits: 2, held_out: 0.2}}}"
                    : "data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}")
            let error = await #expect(throws: RunError.self, "\(change)") {
                try await run.execute(recipe, set: [change], resuming: true)
            }
            #expect(error?.cause == .input)
            #expect(error?.message.contains("was begun with other settings") == true)
            let setting = change.prefix { $0 != "=" }
            #expect(error?.message.contains("\(setting) from ") == true, "\(error as Any)")
            let after = try run.results(earlierCheckpoints: true)
            #expect(differences(after, before) == [], "\(change)")
        }
    }

    @Test("a model file goes in by its content: elsewhere it is the same, swapped it is refused")
    func swappedModel() async throws {
        let source = try SmallRun()
        let made = try await source.execute()
        let run = try SmallRun()
        func place(_ checkpoint: String, at name: String) throws {
            for suffix in [".h5", ".json"] {
                let file = run.scratch + "/" + name + suffix
                try? FileManager.default.removeItem(atPath: file)
                try FileManager.default.copyItem(
                    atPath: checkpoint.dropLast(3) + suffix, toPath: file)
            }
        }
        func recipe(_ name: String) -> String {
            """
            seed: 3
            model: \(name).h5
            task: {sums: {digits: 1, held_out: 0.2}}
            evaluation: {problems: 4, samples: 1}
            stages:
              - grpo: {max_steps: 3, save_steps: 1, prompts_per_step: 1, num_generations: 2,
                       max_completion_length: 10}
            """
        }
        try place(#require(made.stages[1].checkpoint), at: "one")
        await #expect(throws: Run.Interrupted.self) {
            try await run.execute(recipe("one"), interruptingAt: "grpo 1/3  reward ")
        }
        try place(#require(made.stages[0].checkpoint), at: "one")
        let error = await #expect(throws: RunError.self) {
            try await run.execute(recipe("one"), resuming: true)
        }
        #expect(error?.cause == .input)
        #expect(error?.path == run.scratch + "/one.h5")
        #expect(error?.message.contains("found a model file with SHA-256 ") == true)
        try place(#require(made.stages[1].checkpoint), at: "elsewhere")
        try await run.execute(recipe("elsewhere"), resuming: true)
    }

    @Test(
        "FAILURES 31: a prompt that does not fit is refused before the first stage, never cut",
        arguments: [
            (["grpo.max_completion_length=60"], "stage grpo, problem", "need 67 positions"),
            (["evaluation.max_completion_length=60"], "evaluation, problem", "need 67 positions"),
        ])
    func prompts(overrides: [String], place: String, message: String) async throws {
        let run = try SmallRun()
        let error = await #expect(throws: RunError.self) { try await run.execute(set: overrides) }
        #expect(error?.cause == .input)
        #expect(error?.path.hasPrefix(place) == true, "\(String(describing: error))")
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
        #expect(!FileManager.default.fileExists(atPath: run.directory.path))
    }

    @Test("FAILURES 25: a sampler that disagrees with the trainer is reported, once")
    func exactness() {
        func metrics(_ difference: Double) -> [(name: String, value: Double)] {
            [("reward", 1), ("sampling/sampling_logp_difference/max", difference)]
        }
        var watch = ExactnessWatch(generationSteps: 4)
        #expect(watch.problem(step: 1, metrics: metrics(0)) == nil)
        // Later updates on the same samples may differ.
        #expect(watch.problem(step: 2, metrics: metrics(0.1)) == nil)
        #expect(watch.problem(step: 5, metrics: [("loss", 1)]) == nil)
        let warning = watch.problem(step: 5, metrics: metrics(1e-7))
        #expect(warning?.contains("step 5: SAMPLER AND TRAINER DISAGREE") == true)
        #expect(watch.problem(step: 9, metrics: metrics(1e-7)) == nil)
        var other = ExactnessWatch(generationSteps: 1)
        #expect(other.problem(step: 3, metrics: metrics(.nan)) != nil)
    }

    @Test("a step's line says how long it took and how much is left")
    func times() async throws {
        let run = try SmallRun()
        try await run.execute()
        #expect(run.screen.contains(/grpo 3\/6  reward .*  \d+ s, \d+ s left\n/))
        #expect(run.screen.contains(/grpo 6\/6  reward .*  \d+ s\n/))
        #expect(!run.screen.contains("DISAGREE"))
    }

    @Test("what is not begun yet can still be changed")
    func laterSettings() async throws {
        let run = try SmallRun()
        _ = try await run.interrupt(at: "pretrain 4/6  loss")
        let summary = try await run.execute(set: ["grpo.max_steps=2"], resuming: true)
        #expect(summary.stages.map(\.steps) == [6, 2])
        let text = try String(contentsOfFile: run.directory.recipe, encoding: .utf8)
        #expect(text.contains("max_steps: 2"))
    }

    @Test("a model that cannot be read leaves no directory behind")
    func missingModel() async throws {
        let run = try SmallRun()
        await #expect(throws: (any Error).self) {
            try await run.execute("model: none.gguf\nstages: [grpo]\n")
        }
        #expect(!FileManager.default.fileExists(atPath: run.directory.path))
    }

    @Test("rollouts within a checkpoint keep every bit of their numbers")
    func rolloutText() throws {
        let values = [
            0.1, -1.0 / 3, .leastNonzeroMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude,
            -0.0,
        ]
        let rollout = Rollout(
            group: 1, sample: 2, problem: .init(id: "1+2", prompt: "Q\u{1B}\"é\n", answer: "3"),
            promptIDs: [1, 2], tokenIDs: [3, 4, 5], text: "<think>\\</think>\u{0}",
            finishReason: .stop, logProbabilities: values, referenceLogProbabilities: values,
            rewards: ["accuracy": 1.0 / 7, "format": nil], reward: 2.0 / 7,
            ungradableReason: nil, advantage: -1.0 / 9, hasSignal: true)
        let text = try StageProgress.encode([rollout])
        let back = try #require(try StageProgress.decode(rollouts: text).first)
        #expect(back == rollout)
        #expect(back.logProbabilities.map(\.bitPattern) == values.map(\.bitPattern))
        #expect(back.rewards.keys.sorted() == ["accuracy", "format"])
        #expect(try StageProgress.encode([back]) == text)
    }
}

import Foundation
import GRPOCheckpoints
import GRPOModels
import GRPORollouts
import GRPORuns
import GRPOTasks
import GRPOTensors
import GRPOTraining
import Testing

@Suite("Before and during a run")
struct WatchedRunTests {
    /// A policy that writes sums now and then, and a stage of RL in which something happens.
    private static func recipe(
        _ grpo: String, task: String = "{sums: {digits: 1, held_out: 0.2}}",
        evaluation: String = "problems: 8, samples: 2"
    ) -> String {
        """
        seed: 3
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
        task: \(task)
        evaluation: {\(evaluation)}
        stages:
          - pretrain:
              max_steps: 60
              documents_per_step: 32
              learning_rate: 1e-2
              data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}
          - grpo:
              max_steps: 12
              prompts_per_step: 8
              num_generations: 8
              max_completion_length: 48
              learning_rate: 1e-3
              rewards: [accuracy, tag_count: {weight: 0.5, line_feeds: false}]
              \(grpo)

        """
    }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    private func names(_ directory: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
    }

    private func preflight(_ run: SmallRun) throws -> Preflight {
        try JSONDecoder().decode(
            Preflight.self,
            from: Data(contentsOf: URL(fileURLWithPath: run.directory.preflight(stage: "grpo"))))
    }

    @Test("the preflight is printed and written, once")
    func written() async throws {
        let run = try SmallRun()
        try await run.execute()
        let found = try preflight(run)
        #expect(found.stage == "grpo")
        #expect(
            found.findings.map(\.measure) == [
                "gold answers ungradable", "gold answers that accuracy does not pay",
                "format reachable", "completions truncated", "completions ungradable",
                "groups without variance", "solve rate", "tag_count earned",
            ])
        #expect(run.screen.components(separatedBy: "preflight of grpo").count == 2)
        // tag_count wants line feeds, which the texts of this alphabet do not have.
        let format = try #require(found.findings.first { $0.measure == "format reachable" })
        #expect(format.verdict == .warn)
        #expect(run.screen.contains("format reachable: check prompt_opens_thought"))
        run.clearScreen()
        _ = try await run.execute(resuming: true)
        #expect(!run.screen.contains("preflight"))
    }

    @Test("a hopeless run is refused before its first update; told to, it goes on")
    func refused() async throws {
        let run = try SmallRun()
        let recipe = Self.recipe("")
        let short = ["grpo.max_steps=3", "grpo.max_completion_length=2"]
        let error = await #expect(throws: RunError.self) {
            try await run.execute(recipe, set: short)
        }
        #expect(error?.cause == .input)
        #expect(error?.path == "stage grpo")
        #expect(error?.message.contains("hopeless before its first update") == true)
        #expect(error?.remedy.hasSuffix("set preflight: warn to run it all the same") == true)
        #expect(try preflight(run).verdict == .hopeless)
        #expect(!MetricsReader.records(path: run.directory.metrics).contains { $0.stage == "grpo" })
        let summary = try await run.execute(
            recipe, set: short + ["grpo.preflight=warn"], resuming: true)
        #expect(summary.stages.map(\.steps) == [60, 3])
        #expect(run.screen.contains("warning: grpo: hopeless by its preflight"))
        let silent = try SmallRun()
        try await silent.execute(recipe, set: short + ["grpo.preflight=off"])
        #expect(!silent.screen.contains("preflight"))
        #expect(!exists(silent.directory.preflight(stage: "grpo")))
    }

    @Test("watching changes no bit: checkpoints with and without it are equal")
    func leavesAlone() async throws {
        let watched = try SmallRun()
        try await watched.execute(Self.recipe("eval_steps: 5"))
        let unwatched = try SmallRun()
        try await unwatched.execute(
            Self.recipe("eval_steps: 5"),
            set: ["grpo.preflight=off", "grpo.collapse=off", "grpo.hack_gap_alarm=null"])
        let plain = try SmallRun()
        try await plain.execute(Self.recipe("preflight: warn"))
        for other in [unwatched, plain] {
            for name in ["checkpoints/grpo/step-000012.h5", "checkpoints/pretrain/step-000060.h5"] {
                let (a, b) = (watched.directory.path + "/", other.directory.path + "/")
                #expect(try PolicyBytes.of(a + name) == PolicyBytes.of(b + name), "\(name)")
            }
            #expect(
                try Data(
                    contentsOf: URL(
                        fileURLWithPath: watched.directory.rollouts(stage: "grpo", step: 12)))
                    == Data(
                        contentsOf: URL(
                            fileURLWithPath: other.directory.rollouts(stage: "grpo", step: 12))))
        }
        // The watches are no part of what a stage is: a run goes on without them.
        let summary = try await watched.execute(
            Self.recipe("eval_steps: 5"), set: ["grpo.preflight=off", "grpo.collapse=off"],
            resuming: true)
        #expect(summary.stages.map(\.steps) == [60, 12])
        #expect(!exists(watched.directory.postMortems(stage: "grpo")))
        let gaps = MetricsReader.records(path: watched.directory.metrics)
            .filter { $0.stage == "grpo" }
        #expect(gaps.allSatisfy { $0.number("hack_gap/rollouts") != nil })
        #expect(gaps.filter { $0.number("hack_gap") != nil }.map(\.step) == [5, 10])
    }

    @Test("rollouts that a strict verifier refuses are saved apart, and a resumed run has the same")
    func suspicious() async throws {
        let recipe = Self.recipe(
            "save_steps: 4\n      hack_gap_alarm: 0.01",
            task: "{sums: {digits: 1, held_out: 0.2, answer: last_number}}",
            evaluation:
                "problems: 8, samples: 2, task: {sums: {digits: 1, held_out: 0.2, answer: tags}}"
        ).replacingOccurrences(
            of: "rewards: [accuracy, tag_count: {weight: 0.5, line_feeds: false}]",
            with: "rewards: [accuracy]")
        let run = try SmallRun()
        try await run.execute(recipe)
        let files = names(run.directory.suspicious(stage: "grpo"))
        #expect(!files.isEmpty)
        let strict = Sums(digits: 1, heldOut: 0.2)
        for file in files {
            let path = run.directory.suspicious(stage: "grpo") + "/" + file
            for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
                let rollout = try JSONDecoder().decode(Rollout.self, from: Data(line.utf8))
                #expect(rollout.rewards["accuracy"] == 1)
                #expect(strict.verify(rollout.text, rollout.problem) == .wrong)
            }
        }
        #expect(run.screen.contains("HACK GAP"))
        let other = try SmallRun()
        await #expect(throws: Run.Interrupted.self) {
            try await other.execute(recipe, interruptingAt: "grpo 5/12  reward ")
        }
        try await other.execute(recipe, resuming: true)
        #expect(differences(try other.results(), try run.results()) == [])
    }

    @Test("a learning rate that ruins the policy: the post-mortem names steps, rollouts and tokens")
    func collapse() async throws {
        let run = try SmallRun()
        try await run.execute(Self.recipe("beta: 0.01"), set: ["grpo.learning_rate=0.5"])
        let place = run.directory.postMortems(stage: "grpo")
        let first = try #require(names(place).first)
        let step = try #require(StepName.step(of: first))
        #expect(step <= 6)
        let kept = place + "/" + first
        #expect(names(kept) == ["metrics.jsonl", "report.md", "rollouts"])
        let steps = MetricsReader.records(path: kept + "/metrics.jsonl").map(\.step)
        #expect(steps == Array(max(1, step - 4)...step))
        #expect(names(kept + "/rollouts").count == steps.count)
        let report = try String(contentsOfFile: kept + "/report.md", encoding: .utf8)
        for text in [
            "# Collapse of stage grpo, found at step \(step)", "broke away at step",
            "the first suspect is the update of step", "| step | reward | kl | entropy |",
            "Rollouts that pulled hardest", "- group ", "problem `", "advantage ",
            "Tokens with the greatest pull", "The rarest tokens that were sampled", "token ",
        ] { #expect(report.contains(text), "\(text) is missing in\n\(report)") }
        #expect(run.screen.contains("COLLAPSE: "))
        #expect(run.screen.contains("report.md"))
    }

    @Test("collapse: stop ends the run where it collapses, and off writes nothing")
    func stopped() async throws {
        let run = try SmallRun()
        let error = await #expect(throws: RunError.self) {
            try await run.execute(
                Self.recipe("collapse: stop"), set: ["grpo.learning_rate=0.5"])
        }
        #expect(error?.cause == .failure)
        #expect(error?.message.contains("broke away at step") == true)
        #expect(error?.remedy.contains("report.md") == true)
        let other = try SmallRun()
        try await other.execute(Self.recipe("collapse: off"), set: ["grpo.learning_rate=0.5"])
        #expect(!exists(other.directory.path + "/post-mortem"))
    }
}

/// The weights of a checkpoint, without the recipe that it holds.
private enum PolicyBytes {
    static func of(_ path: String) throws -> [Float] {
        let backend = SmallRun.compute(threads: 1).backend
        return try PolicyFile.load(path, backend: backend).decoder.store.values.floats
    }
}

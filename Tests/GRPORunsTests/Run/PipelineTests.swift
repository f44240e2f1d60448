import Foundation
import GRPOCheckpoints
import GRPOJSON
import GRPOModels
import GRPORollouts
import GRPORuns
import GRPOTensors
import GRPOTraining
import Testing

@Suite("A recipe with every kind of stage")
struct PipelineTests {
    /// The uninterrupted run that all others are compared with.
    private static let whole = Task { () throws -> (files: [String: Data], summary: RunSummary) in
        let run = try SmallRun()
        let summary = try await run.execute(SmallPipeline.recipe)
        return (try run.results(earlierCheckpoints: true), summary)
    }

    @Test("every stage leaves what its kind makes; policies are evaluated, the others are not")
    func stages() async throws {
        let (files, summary) = try await Self.whole.value
        #expect(
            summary.stages.map(\.kind) == [
                "pretrain", "grpo", "sample", "sft", "sft", "reward_model", "grpo", "dpo",
                "pretrain", "sft",
            ])
        #expect(
            summary.evaluations.map(\.stage) == [
                "base", "zero", "cold_start", "mixed", "final", "preferred", "student_base",
                "student",
            ])
        for evaluation in summary.evaluations {
            #expect(
                evaluation.measures.map(\.name) == ["language_consistency", "readability"])
            #expect(files.keys.contains("evaluations/\(evaluation.stage).jsonl"))
        }
        let traces = try #require(summary.stages.first { $0.name == "traces" })
        #expect(traces.checkpoint == nil)
        #expect(traces.steps == 3)
        let kept = try #require(traces.kept)
        #expect(kept > 0)
        let rows = String(decoding: try #require(files["samples/traces.jsonl"]), as: UTF8.self)
        #expect(rows.split(separator: "\n").count == kept)
        #expect(rows.hasPrefix("{\"prompt\":\""))
        #expect(!rows.contains("null"))
        // One epoch and a half, the last step with what is left.
        let coldStart = try #require(summary.stages.first { $0.name == "cold_start" })
        #expect(coldStart.steps == (Int((Double(kept) * 1.5).rounded(.up)) + 3) / 4)
        #expect(!files.keys.contains { $0.hasSuffix(".partial") })
        #expect(files.keys.contains("checkpoints/taste/step-000003.h5"))
    }

    @Test("a checkpoint names its parent, and of its data hashes and counts")
    func provenance() async throws {
        let run = try SmallRun()
        let summary = try await run.execute(SmallPipeline.recipe)
        func manifest(_ stage: String) throws -> CheckpointManifest {
            let found = try #require(summary.stages.first { $0.name == stage }?.checkpoint)
            return try Checkpoint.verify(found).manifest
        }
        let (base, mixed) = (try manifest("base"), try manifest("mixed"))
        #expect(base.parentSHA256 == nil)
        #expect(mixed.parentSHA256 == base.fileSHA256)
        let samples = try Hash.sha256(ofFile: run.directory.path + "/samples/traces.jsonl")
        let kept = try #require(summary.stages.first { $0.name == "traces" }?.kept)
        #expect(mixed.provenance["sample/traces/sha256"] == samples)
        #expect(mixed.provenance["sample/traces/records"] == "\(kept)")
        let final = try manifest("final")
        #expect(
            final.provenance["reward_model/taste/sha256"] == (try manifest("taste")).fileSHA256)
        #expect(final.parentSHA256 == mixed.fileSHA256)
        let text = try String(
            contentsOfFile: run.directory.path + "/samples/traces.json", encoding: .utf8)
        let vouching = try #require(JSONValue(Substring(text)))
        #expect(vouching["parent_sha256"]?.string == (try manifest("zero")).fileSHA256)
        #expect(vouching["sha256"]?.string == samples)
        #expect(vouching["counts"]?["completions"]?.number == 12)
        #expect(vouching["counts"]?["kept"]?.number == Double(kept))
    }

    @Test(
        "interrupted in a stage of any kind and resumed, it is the uninterrupted run",
        arguments: [
            ("base 3/4  loss", "base", 3), ("zero 2/3  reward ", "zero", 2),
            ("traces 1/3  kept", "traces", 1), ("traces 3/3  sampling", "traces", 2),
            ("cold_start 1/", "cold_start", 1), ("mixed 1/3  loss", "mixed", 1),
            ("taste 1/3  loss", "taste", 1), ("final 2/4  sampling", "final", 1),
            ("final 3/4  reward ", "final", 3), ("preferred 1/2  loss", "preferred", 1),
            ("student_base 1/2  loss", "student_base", 1), ("student 1/", "student", 1),
        ])
    func interrupted(mark: String, stage: String, step: Int) async throws {
        let run = try SmallRun()
        let interruption = await #expect(throws: Run.Interrupted.self) {
            try await run.execute(SmallPipeline.recipe, interruptingAt: mark)
        }
        #expect(interruption?.stage == stage)
        #expect(interruption?.step == step)
        try await run.execute(SmallPipeline.recipe, resuming: true)
        let (files, summary) = try await Self.whole.value
        let last = Set(
            summary.stages.compactMap(\.checkpoint).map { path in
                path.split(separator: "/").suffix(3).joined(separator: "/")
            })
        func comparable(_ files: [String: Data]) -> [String: Data] {
            files.filter { name, _ in
                // Which earlier checkpoints stay depends on where the run was interrupted.
                !name.hasPrefix("checkpoints/") || last.contains(name)
            }
        }
        let found = comparable(try run.results(earlierCheckpoints: true))
        let expected = comparable(files)
        #expect(found.keys.sorted() == expected.keys.sorted())
        if SmallRun.isExact { #expect(differences(found, expected) == []) }
    }

    @Test("a policy is never a reward model, and a run's last policy is one")
    func policies() async throws {
        let run = try SmallRun()
        let cut = SmallPipeline.recipe.components(separatedBy: "  - grpo:\n      name: final")[0]
        try await run.execute(cut)
        let backend = SmallRun.compute(threads: 1).backend
        let policy = try PolicyFile.load(run.directory.path, backend: backend)
        let mixed = try PolicyFile.load(run.directory.path + ":mixed", backend: backend)
        #expect(policy.decoder.store.values.floats == mixed.decoder.store.values.floats)
        let error = #expect(throws: RunError.self) {
            try PolicyFile.load(run.directory.path + ":taste", backend: backend)
        }
        #expect(error?.message.contains("the reward model of stage taste") == true)
        #expect(error?.cause == .input)
        let mistyped = #expect(throws: RunError.self) {
            try PolicyFile.load(run.directory.path + ":tast", backend: backend)
        }
        #expect(mistyped?.remedy == "did you mean 'taste'?")
    }

    @Test("other settings of a stage that samples are refused once it has begun")
    func otherSampling() async throws {
        let run = try SmallRun()
        await #expect(throws: Run.Interrupted.self) {
            try await run.execute(SmallPipeline.recipe, interruptingAt: "traces 2/3  kept")
        }
        let error = await #expect(throws: RunError.self) {
            try await run.execute(
                SmallPipeline.recipe, set: ["traces.num_generations=3"], resuming: true)
        }
        #expect(error?.message.contains("stage traces was begun with other settings") == true)
    }

    @Test("sampling that keeps nothing says why, and can be resumed with other filters")
    func nothingKept() async throws {
        let run = try SmallRun()
        let error = await #expect(throws: TrainingError.self) {
            try await run.execute(
                SmallPipeline.recipe, set: ["traces.keep=[length: {max: 1}, correct]"])
        }
        let message = "\(try #require(error))"
        #expect(message.contains("nothing kept of 12 completions of 6 problems"))
        #expect(
            run.screen.contains(
                "traces failed; not begun because they need what it makes: cold_start, mixed, "
                    + "taste, final, preferred, student\n"))
        try await run.execute(SmallPipeline.recipe, resuming: true)
        let found = try run.results()["samples/traces.jsonl"]
        #expect(found == (try await Self.whole.value).files["samples/traces.jsonl"])
    }

    @Test("samples that were changed afterwards are no stage's data")
    func changedSamples() async throws {
        let run = try SmallRun()
        try await run.execute(SmallPipeline.recipe)
        try run.damage(run.directory.path + "/samples/traces.jsonl")
        let error = await #expect(throws: RunError.self) {
            try await run.execute(SmallPipeline.recipe, resuming: true)
        }
        #expect(error?.path.hasSuffix("samples/traces.jsonl") == true)
        #expect(error?.message.contains("samples of stage traces") == true)
        try FileManager.default.removeItem(atPath: run.directory.path + "/samples/traces.json")
        try await run.execute(SmallPipeline.recipe, resuming: true)
        let found = try run.results()["samples/traces.jsonl"]
        #expect(found == (try await Self.whole.value).files["samples/traces.jsonl"])
    }
}

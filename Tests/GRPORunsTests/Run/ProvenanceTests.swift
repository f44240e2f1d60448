import Foundation
import GRPOCheckpoints
import GRPOJSON
import GRPORuns
import Testing

@Suite("A manifest's hash and counts of what a stage was shown")
struct ProvenanceTests {
    /// What the manifests of a run say of each stage's data.
    private func facts(
        _ recipe: String, set overrides: [String] = [], threads: Int = 1
    ) async throws -> [String: [String: String]] {
        let run = try SmallRun()
        return try facts(
            run, try await run.execute(recipe, set: overrides, threads: threads))
    }

    private func facts(
        _ run: SmallRun, _ summary: RunSummary
    ) throws -> [String: [String: String]] {
        var found: [String: [String: String]] = [:]
        for stage in summary.stages {
            let provenance: [String: String]
            if let checkpoint = stage.checkpoint {
                provenance = try Checkpoint.verify(checkpoint).manifest.provenance
            } else {
                let text = try String(
                    contentsOfFile: run.directory.path + "/samples/\(stage.name).json",
                    encoding: .utf8)
                let members = JSONValue(Substring(text))?["provenance"]?.members ?? []
                provenance = Dictionary(
                    uniqueKeysWithValues: members.map { ($0.key, $0.value.string ?? "") })
            }
            found[stage.name] = provenance.filter { $0.key.hasPrefix("data/") }
        }
        return found
    }

    @Test("every kind of stage says what it was shown, and how much of it")
    func everyKind() async throws {
        let run = try SmallRun()
        let summary = try await run.execute(SmallPipeline.recipe)
        let found = try facts(run, summary)
        let kept = try #require(summary.stages.first { $0.name == "traces" }?.kept)
        let expected = [
            "base": ("documents", 32), "zero": ("problems", 6), "traces": ("problems", 6),
            "cold_start": ("documents", Int((Double(kept) * 1.5).rounded(.up))),
            "mixed": ("documents", 12), "taste": ("pairs", 6), "final": ("problems", 8),
            "preferred": ("pairs", 4), "student_base": ("documents", 8),
            "student": ("documents", kept),
        ]
        #expect(Set(found.keys) == Set(expected.keys))
        for (stage, (noun, count)) in expected {
            let facts = try #require(found[stage])
            #expect(facts["data/\(noun)/sha256"]?.count == 64, "\(stage)")
            #expect(facts["data/\(noun)/count"] == "\(count)", "\(stage)")
            let distinct = try #require(facts["data/\(noun)/distinct"].flatMap { Int($0) })
            #expect((1...count).contains(distinct), "\(stage)")
            #expect(facts["data/\(noun)/hashed"] == nil)
        }
        #expect(found["traces"]?["data/problems/distinct"] == "6")
        // Mixed data is counted by its parts: three of four of the kept samples.
        let parts = ["traces", "everyday"].map {
            found["mixed"]?["data/documents/count/\($0)"].flatMap { Int($0) } ?? 0
        }
        #expect(parts.reduce(0, +) == 12)
        #expect(parts[0] > parts[1])
        // Requests are asked once the reward model counts: in the last two of four steps.
        let general = Int(found["final"]?["data/problems/count/general"] ?? "0") ?? 0
        #expect((0...4).contains(general))
    }

    private static let recipe = """
        seed: 3
        model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
        task: {sums: {digits: 1, held_out: 0.2}}
        evaluation: {problems: 0}
        stages:
          - pretrain:
              max_steps: 2
              documents_per_step: 8
              learning_rate: 3e-3
              data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}
          - grpo:
              max_steps: 2
              prompts_per_step: 2
              num_generations: 2
              max_completion_length: 10
              rewards: [random]

        """

    @Test("the hash follows what is shown, and nothing else")
    func changes() async throws {
        let first = try await facts(Self.recipe)
        // Another directory and another number of threads: equal facts.
        #expect(try await facts(Self.recipe, threads: 2) == first)
        #expect(
            try await facts(Self.recipe, set: ["threads=2", "pretrain.learning_rate=1e-3"])
                == first)
        let mixture = "{sums: {digits: 1, held_out: 0.2}, worked: 0.6, hasty: 0.2, bare: 0.2}"
        let texts = try await facts(
            Self.recipe, set: ["pretrain.data={sums_mixture: \(mixture)}"])
        #expect(
            texts["pretrain"]?["data/documents/sha256"]
                != first["pretrain"]?["data/documents/sha256"])
        #expect(texts["grpo"] == first["grpo"])
        let seed = try await facts(Self.recipe, set: ["grpo.seed=4"])
        #expect(seed["pretrain"] == first["pretrain"])
        #expect(
            seed["grpo"]?["data/problems/sha256"] != first["grpo"]?["data/problems/sha256"])
        let longer = try await facts(Self.recipe, set: ["grpo.max_steps=3"])
        #expect(longer["grpo"]?["data/problems/count"] == "6")
        #expect(
            longer["grpo"]?["data/problems/sha256"] != first["grpo"]?["data/problems/sha256"])
    }

    @Test("what is said to be shown is what is shown")
    func asked() async throws {
        let run = try SmallRun()
        let summary = try await run.execute(Self.recipe)
        let facts = try #require(try facts(run, summary)["grpo"])
        var asked: Set<String> = []
        for step in 1...2 {
            let rows = try String(
                contentsOfFile: run.directory.rollouts(stage: "grpo", step: step), encoding: .utf8)
            for row in rows.split(separator: "\n") {
                asked.insert(try #require(JSONValue(row)?["problem"]?["id"]?.string))
            }
        }
        #expect(facts["data/problems/distinct"] == "\(asked.count)")
    }

    @Test("of a pool all that can be drawn; of levels that success ends what each would ask")
    func unknownDrawing() async throws {
        let pool = try await facts(Self.recipe, set: ["grpo.problem_pool={size: 5}"])
        #expect(pool["grpo"]?["data/problems/count"] == "5")
        let levels =
            "[{task: {sums: {digits: 1, maximum: 4, held_out: 0.2}}, solve_rate: 0.9}, {}]"
        let curriculum = try await facts(Self.recipe, set: ["grpo.curriculum=\(levels)"])
        #expect(curriculum["grpo"]?["data/problems/count"] == "8")
        let steps = levels.replacing("solve_rate: 0.9", with: "until: 1")
        let stepped = try await facts(Self.recipe, set: ["grpo.curriculum=\(steps)"])
        #expect(stepped["grpo"]?["data/problems/count"] == "4")
    }

    @Test("files: where they lie does not matter, what they say does")
    func files() async throws {
        func recipe(_ file: String) -> String {
            """
            seed: 3
            model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
            task: {jsonl: {file: \(file), held_out: 4, answer: last_number}}
            evaluation: {problems: 0}
            stages:
              - pretrain:
                  max_steps: 2
                  documents_per_step: 8
                  data: {jsonl: {file: \(file), held_out: 4}}
              - grpo:
                  max_steps: 2
                  prompts_per_step: 2
                  num_generations: 2
                  max_completion_length: 6
                  rewards: [random]

            """
        }
        func found(_ file: String, modulus: Int = 7) async throws -> [String: [String: String]] {
            let run = try SmallRun()
            let place = (run.scratch + "/" + file as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true)
            let lines = (10...39).map { number in
                let answer = number % modulus
                return "{\"prompt\": \"\(number)=\", \"completion\": \"\(answer)\", "
                    + "\"answer\": \(answer)}\n"
            }
            try lines.joined().write(
                toFile: run.scratch + "/" + file, atomically: true, encoding: .utf8)
            return try facts(run, try await run.execute(recipe(file)))
        }
        let first = try await found("rows.jsonl")
        #expect(first["pretrain"]?["data/rows.jsonl/sha256"] != nil)
        #expect(first["pretrain"]?["data/documents/count"] == "16")
        #expect(try await found("elsewhere/rows.jsonl") == first)
        let other = try await found("rows.jsonl", modulus: 5)
        for (stage, key) in [
            ("pretrain", "data/rows.jsonl/sha256"), ("pretrain", "data/documents/sha256"),
            ("grpo", "data/problems/sha256"),
        ] {
            #expect(other[stage]?[key] != first[stage]?[key], "\(stage) \(key)")
        }
    }

    @Test("a run that was begun without these facts is resumed and has them from then on")
    func earlier() async throws {
        let run = try SmallRun()
        await #expect(throws: Run.Interrupted.self) {
            try await run.execute(interruptingAt: "grpo 3/6  reward ")
        }
        // The manifests as they were before: without what the stages were shown.
        let names = try FileManager.default.subpathsOfDirectory(
            atPath: run.directory.path + "/checkpoints")
        for name in names where name.hasSuffix(".json") {
            let file = run.directory.path + "/checkpoints/" + name
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter {
                !$0.contains("\"data/")
            }
            let body = lines.joined(separator: "\n")
            let mark = "  \"manifest_sha256\": \""
            let range = try #require(body.range(of: mark))
            let kept = String(body[..<range.upperBound])
            try (kept + Hash.sha256(kept) + "\"\n}\n").write(
                toFile: file, atomically: true, encoding: .utf8)
        }
        let summary = try await run.execute(resuming: true)
        let found = try facts(run, summary)
        #expect(found["pretrain"] == [:])
        #expect(found["grpo"]?["data/problems/count"] == "8")
        let whole = try SmallRun()
        try await whole.execute()
        func weights(_ run: SmallRun) throws -> Data {
            let path = run.directory.path + "/checkpoints/grpo/step-000006.h5"
            return try Data(contentsOf: URL(fileURLWithPath: path))
        }
        if SmallRun.isExact { #expect(try weights(run) == weights(whole)) }
    }
}

import Foundation
import Testing

@Suite("What the commands print")
struct OutputTests {
    /// A run whose alphabet holds the escape character.
    private static let trained = Task {
        () throws -> (files: CommandRun, outcome: GrpoProcess.Outcome) in
        let files = try CommandRun(question: "\\e[31mQ:{a}+{b}=?")
        return (files, try files.finish())
    }

    private static let evaluationKeys: Set = [
        "stage", "task", "problems", "samples", "temperature", "pass@1", "pass@1_interval",
        "pass@1_greedy", "pass@k", "maj@k", "format", "mean_length",
    ]

    private func expectEvaluation(_ value: [String: Any], stage: String) throws {
        #expect(Set(value.keys).isSuperset(of: Self.evaluationKeys))
        #expect(value["stage"] as? String == stage)
        #expect(value["task"] as? String == "sums")
        #expect(value["problems"] as? Int == 8)
        #expect(value["samples"] as? Int == 2)
        let interval = try #require(value["pass@1_interval"] as? [Double])
        let share = try #require(value["pass@1"] as? Double)
        #expect(interval.count == 2)
        #expect(interval[0] <= share && share <= interval[1])
        for key in ["pass@1_greedy", "pass@k", "maj@k", "format"] {
            let value = try #require(value[key] as? Double)
            #expect((0...1).contains(value), "\(key)")
        }
        #expect((value["mean_length"] as? Double).map { $0 > 0 && $0 <= 16 } == true)
    }

    @Test("run --json: one document with the stages and their evaluations")
    func run() async throws {
        let (files, outcome) = try await Self.trained.value
        #expect(outcome.code == 0, "\(outcome.errors)")
        let json = try outcome.json()
        #expect(json["run"] as? String == files.run)
        #expect((json["wall_s"] as? Double).map { $0 > 0 } == true)
        let stages = try #require(json["stages"] as? [[String: Any]])
        #expect(stages.map { $0["name"] as? String } == ["pretrain", "grpo"])
        #expect(stages.map { $0["kind"] as? String } == ["pretrain", "grpo"])
        #expect(stages.map { $0["steps"] as? Int } == [6, 6])
        for stage in stages {
            #expect(stage["wall_s"] as? Double != nil)
            let checkpoint = try #require(stage["checkpoint"] as? String)
            #expect(FileManager.default.fileExists(atPath: checkpoint))
        }
        let evaluations = try #require(json["evaluations"] as? [[String: Any]])
        #expect(evaluations.count == 2)
        try expectEvaluation(evaluations[0], stage: "pretrain")
        try expectEvaluation(evaluations[1], stage: "grpo")
        let report = try String(contentsOfFile: files.run + "/report.html", encoding: .utf8)
        #expect(!report.contains("\u{1B}"))
    }

    @Test("the closing table names both stages and what to do next")
    func closing() async throws {
        let files = try await Self.trained.value.files
        let outcome = try GrpoProcess.run("run", files.recipe, "--output", files.run, "--resume")
        #expect(outcome.code == 0)
        for text in ["pass@1", "95% interval", "pretrain", "grpo", "Next:", "report.html"] {
            #expect(outcome.output.contains(text), "\(text)")
        }
        #expect(!(outcome.output + outcome.errors).contains("\u{1B}"))
    }

    @Test("run --dry-run --json is the resolved recipe; nothing is made")
    func dryRun() throws {
        let files = try CommandRun()
        let outcome = try GrpoProcess.run(
            "run", files.recipe, "--dry-run", "--json", "--set", "grpo.beta=0",
            directory: files.path)
        #expect(outcome.code == 0)
        let stages = try #require(try outcome.json()["stages"] as? [[String: [String: Any]]])
        #expect(stages[1]["grpo"]?["beta"] as? Double == 0)
        #expect(!files.exists("runs"))
        let text = try GrpoProcess.run("run", files.recipe, "--dry-run")
        #expect(text.output.hasPrefix("schema: 1\nname: small\nseed: 5\n"))
        let resolved = try files.write(text.output, "resolved.yaml")
        #expect(try GrpoProcess.run("run", resolved, "--dry-run").output == text.output)
    }

    @Test("a preset's departures are noted on standard error")
    func departures() throws {
        let files = try CommandRun()
        let outcome = try GrpoProcess.run(
            "run", files.recipe, "--dry-run", "--set", "grpo.preset=r1_zero")
        #expect(outcome.code == 0)
        #expect(outcome.errors.contains("note: stages.1.grpo: preset r1_zero says beta 0.001"))
        #expect(outcome.errors.contains("recipe sets 0.01"))
    }

    @Test("a run is evaluated as its recipe says: without options, and by the task's bare name")
    func evaluateAsTheRecipeSays() async throws {
        let (files, _) = try await Self.trained.value
        for task in [[], ["--task", "sums"]] {
            let outcome = try GrpoProcess.start(
                ["evaluate", "--model", files.run, "--limit", "8", "--samples", "2", "--json"]
                    + task
            ).wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            let examples = try #require(try outcome.json()["examples"] as? [[String: Any]])
            let question = try #require(examples.first?["prompt"] as? String)
            // One digit a number, as in this recipe; the task's own default is two.
            #expect(question.firstMatch(of: /Q:\d\+\d=\?$/) != nil, "\(question)")
        }
        let without = try GrpoProcess.start(
            ["evaluate", "--model", files.run + "/checkpoints/grpo/step-000006.h5"]
        ).wait()
        #expect(without.code == 2)
        #expect(without.message.contains("--task: a model that is no run needs one"))
    }

    @Test("a run whose data is gone can be asked another task, and says so when asked its own")
    func evaluateWithoutItsData() throws {
        let files = try CommandRun(steps: 2)
        let lines = (0..<20).map { number in
            "{\"prompt\": \"Q:\(number)+1=?\", \"completion\": \"\(number + 1)\", "
                + "\"answer\": \(number + 1)}\n"
        }
        let data = try files.write(lines.joined(), "data.jsonl")
        try files.write(
            """
            model: {layers: 1, hidden_size: 32, heads: 2, max_positions: 64}
            task: {jsonl: {file: data.jsonl, held_out: 4}}
            evaluation: {problems: 4, samples: 1, max_completion_length: 4}
            stages:
              - pretrain: {max_steps: 1, documents_per_step: 4,
                           data: {jsonl: {file: data.jsonl, held_out: 4}}}
            """, "small.yaml")
        #expect(try files.finish().code == 0)
        try FileManager.default.removeItem(atPath: data)
        let other = try GrpoProcess.run(
            "evaluate", "--model", files.run, "--task",
            "{sums: {digits: 1, question: \"Q:{a}+{b}=?\"}}",
            "--limit", "4", "--samples", "1")
        #expect(other.code == 0, "\(other.errors)")
        let own = try GrpoProcess.run("evaluate", "--model", files.run)
        #expect(own.code == 2)
        #expect(own.message.contains("the run's task jsonl: file: "), "\(own.errors)")
        #expect(own.message.contains("found no such file"), "\(own.errors)")
    }

    @Test("evaluate --json: the fields of an evaluation, and the run's own numbers")
    func evaluate() async throws {
        let (files, outcome) = try await Self.trained.value
        let evaluated = try GrpoProcess.run(
            "evaluate", "--model", files.run, "--task",
            "{sums: {digits: 1, held_out: 0.2, question: \"\\e[31mQ:{a}+{b}=?\"}}", "--limit", "8",
            "--samples", "2", "--max-tokens", "16", "--seed", "5", "--json")
        #expect(evaluated.code == 0, "\(evaluated.errors)")
        let json = try evaluated.json()
        try expectEvaluation(json, stage: files.run)
        let own = try #require((try outcome.json()["evaluations"] as? [[String: Any]])?.last)
        let table = try GrpoProcess.run(
            "evaluate", "--model", files.run, "--limit", "2", "--samples", "1")
        #expect(table.output.contains("\nrun "), "\(table.output)")
        #expect(!table.output.contains(files.path))
        for key in Self.evaluationKeys.subtracting(["stage", "task", "pass@1_interval"]) {
            #expect(json[key] as? Double == own[key] as? Double, "\(key)")
        }
    }

    @Test("a limit above what is held out means all of it")
    func limit() async throws {
        let files = try await Self.trained.value.files
        let outcome = try GrpoProcess.run(
            "evaluate", "--model", files.run, "--task",
            "{sums: {digits: 1, held_out: 5, question: \"Q:{a}+{b}=?\"}}", "--limit", "1000",
            "--samples", "1", "--max-tokens", "4", "--json")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let count = try #require(try outcome.json()["problems"] as? Int)
        #expect((1..<100).contains(count))
    }

    @Test("generate --json: ids and log-probabilities of the new tokens, the ending included")
    func generate() async throws {
        let files = try await Self.trained.value.files
        func generate(_ seed: String) throws -> GrpoProcess.Outcome {
            try GrpoProcess.run(
                "generate", "--model", files.run, "--prompt", "Q:1+2=?", "--samples", "24",
                "--max-tokens", "30", "--seed", seed, "--json")
        }
        let outcome = try generate("7")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let json = try outcome.json()
        #expect(json["prompt"] as? String == "Q:1+2=?")
        let completions = try #require(json["completions"] as? [[String: Any]])
        #expect(completions.count == 24)
        let inspected = try GrpoProcess.run(
            "tokenize", "--model", files.run, "--text", "<|end|>", "--json")
        let ending = try #require(try inspected.json()["token_ids"] as? [Int])
        #expect(ending.count == 1)
        var reasons: Set<String> = []
        for completion in completions {
            let ids = try #require(completion["token_ids"] as? [Int])
            let logProbabilities = try #require(completion["log_probs"] as? [Double])
            let text = try #require(completion["text"] as? String)
            let reason = try #require(completion["finish_reason"] as? String)
            #expect(ids.count == logProbabilities.count)
            #expect(logProbabilities.allSatisfy { $0 < 0 && $0.isFinite })
            reasons.insert(reason)
            if reason == "stop" {
                #expect(ids.last == ending[0])
                #expect(text.unicodeScalars.count == ids.count - 1)
            } else {
                #expect(ids.count == 30)
                #expect(!ids.contains(ending[0]))
            }
        }
        #expect(reasons == ["stop", "length"])
        #expect(try generate("7").output == outcome.output)
        #expect(try generate("8").output != outcome.output)
    }

    @Test("a completion's control characters never reach the terminal")
    func escapes() async throws {
        let files = try await Self.trained.value.files
        for format in [[], ["--json"]] {
            let outcome = try GrpoProcess.start(
                ["generate", "--model", files.run, "--prompt", "\u{1B}[31mQ:", "--samples", "32"]
                    + format
            ).wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(!(outcome.output + outcome.errors).utf8.contains(0x1B))
            let spelling = format.isEmpty ? "\\u{1B}" : "\\u001b"
            // The prompts' own and at least one that the model wrote.
            let count = outcome.output.components(separatedBy: spelling).count - 1
            #expect(count > (format.isEmpty ? 32 : 1))
        }
    }

    @Test("tokenize: ids of a text, of nothing, of standard input")
    func tokenize() async throws {
        let files = try await Self.trained.value.files
        let checkpoint = files.run + "/checkpoints/pretrain/step-000006.h5"
        for model in [files.run, files.run + ":pretrain", checkpoint] {
            let json = try GrpoProcess.run(
                "tokenize", "--model", model, "--text", "1+1=?", "--json"
            )
            .json()
            let ids = try #require(json["token_ids"] as? [Int])
            #expect(ids.count == 5)
            #expect(ids[0] == ids[2])
            #expect(json.count == 1)
        }
        let empty = try GrpoProcess.run("tokenize", "--model", files.run, "--text", "", "--json")
        #expect(try empty.json()["token_ids"] as? [Int] == [])
        let given = try GrpoProcess.run("tokenize", "--model", files.run, input: "12\u{1B}")
        let flag = try GrpoProcess.run("tokenize", "--model", files.run, "--text", "12\u{1B}")
        #expect(given.output == flag.output)
        #expect(given.output.split(separator: " ").count == 3)
        let unknown = try GrpoProcess.run("tokenize", "--model", files.run, "--text", "é")
        #expect(unknown.code == 2)
    }

    @Test("inspect, tasks, rewards and doctor")
    func others() async throws {
        let files = try await Self.trained.value.files
        let inspected = try GrpoProcess.run("inspect", files.run, "--json").json()
        #expect(inspected["stage"] as? String == "grpo")
        #expect(inspected["step"] as? Int == 6)
        #expect((inspected["sha256"] as? String)?.count == 64)
        let provenance = try #require(inspected["provenance"] as? [String: String])
        // Six steps in generations of four, four problems each twice.
        #expect(provenance["data/problems/count"] == "16")
        #expect(provenance["data/problems/sha256"]?.count == 64)
        #expect(provenance["stage_identity"]?.count == 64)
        let shown = try GrpoProcess.run(
            "inspect", files.run + "/checkpoints/pretrain/step-000006.h5")
        #expect(shown.output.contains("data/documents/count"))
        let datasets = try #require(inspected["datasets"] as? [[String: Any]])
        #expect(datasets.contains { ($0["name"] as? String)?.hasPrefix("reference/") == true })

        let sampled = try GrpoProcess.run("tasks", "sample", "sums", "--count", "3", "--json")
        let problems = try #require(
            try JSONSerialization.jsonObject(with: Data(sampled.output.utf8)) as? [[String: Any]])
        #expect(problems.count == 3)
        let unnamed = try GrpoProcess.run("tasks", "sample")
        #expect(unnamed.code == 2)
        #expect(unnamed.errors.contains("name a task: base_conversion, basic_arithmetic, boxed, "))
        #expect(problems.allSatisfy { $0["prompt"] is String && $0["answer"] is String })
        let held = files.run + "-held.jsonl"
        try #"{"problem": "1 + 1?", "answer": "2"}"#.write(
            toFile: held, atomically: true, encoding: .utf8)
        let trainless = try GrpoProcess.run("tasks", "sample", "{boxed: {file: \(held)}}")
        #expect(trainless.code == 2)
        #expect(trainless.errors.contains("boxed has no training problems; add --test"))

        let checks = try #require(
            try GrpoProcess.run("doctor", "--json").json()["checks"] as? [[String: Any]])
        #expect(checks.count >= 6)
        let exact = checks.first { $0["name"] as? String == "exactness" }?["ok"] as? Bool
        let environment = try JSONSerialization.jsonObject(
            with: try Data(contentsOf: URL(fileURLWithPath: files.run + "/environment.json")))
        #expect((environment as? [String: Any])?["rows_are_exact"] as? Bool == exact)
        #expect(exact != nil)
        for check in checks {
            #expect(check["name"] is String && check["found"] is String)
            #expect(check["ok"] is Bool && check["remedy"] is String)
        }
        #expect(try GrpoProcess.run("tasks", "list").output.contains("sums: "))
        #expect(try GrpoProcess.run("rewards", "list").output.contains("accuracy: "))
        #expect(try GrpoProcess.run("doctor").code == 0)
    }
}

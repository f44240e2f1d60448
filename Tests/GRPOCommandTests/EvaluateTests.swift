import Foundation
import Testing

@Suite("What evaluate can be asked")
struct EvaluateTests {
    private static let trained = Task {
        () throws -> CommandRun in
        let files = try CommandRun()
        let outcome = try files.finish()
        #expect(outcome.code == 0, "\(outcome.errors)")
        return files
    }

    private func evaluate(
        _ files: CommandRun, _ arguments: [String]
    ) throws -> GrpoProcess.Outcome {
        try GrpoProcess.start(
            ["evaluate", "--model", files.run, "--limit", "6", "--max-tokens", "8", "--json"]
                + arguments
        ).wait()
    }

    @Test("R1's settings, and what is given beside them")
    func r1() async throws {
        let files = try await Self.trained.value
        let json = try evaluate(files, ["--r1", "--samples", "3", "--pass-at", "1,2"]).json()
        #expect(json["temperature"] as? Double == 0.6)
        let conditions = try #require(json["conditions"] as? [String: Any])
        #expect(conditions["top_p"] as? Double == 0.95)
        #expect(conditions["opened_thought"] as? Double == 0)
        let estimates = try #require(json["pass_at"] as? [[String: Any]])
        #expect(estimates.map { $0["k"] as? Int } == [1, 2])
        #expect(estimates[0]["value"] as? Double == json["pass@1"] as? Double)
        for key in ["pass@k_interval", "maj@k_interval", "format_interval"] {
            #expect((json[key] as? [Double])?.count == 2, "\(key)")
        }
        let warm = try evaluate(files, ["--r1", "--temperature", "0.9"]).json()
        #expect(warm["temperature"] as? Double == 0.9)
    }

    @Test("greedy is one completion at temperature 0")
    func greedy() async throws {
        let files = try await Self.trained.value
        let json = try evaluate(files, ["--greedy"]).json()
        #expect(json["samples"] as? Int == 1)
        #expect(json["temperature"] as? Double == 0)
        #expect(json["pass@1"] as? Double == json["pass@1_greedy"] as? Double)
        let both = try evaluate(files, ["--greedy", "--samples", "2"])
        #expect(both.code == 2)
        #expect(both.errors.contains("leave out --samples and --temperature"))
    }

    @Test("two stages on the same problems, and again from their saved samples")
    func comparison() async throws {
        let files = try await Self.trained.value
        let other = files.run + ":pretrain"
        let output = files.file("harness")
        let first = try evaluate(
            files,
            [
                "--against", other, "--measure", "format", "--measure", "tag_count", "--output",
                output,
            ]
        )
        #expect(first.code == 0, "\(first.errors)")
        let json = try first.json()
        let comparison = try #require(json["comparison"] as? [String: Any])
        #expect((json["evaluations"] as? [Any])?.count == 2)
        #expect(comparison["problems"] as? Int == 6)
        let counts = ["wins", "losses", "ties"].compactMap { comparison[$0] as? Int }
        #expect(counts.reduce(0, +) == 6)
        let rates = try #require(comparison["win_rates"] as? [[String: Any]])
        #expect(rates.map { $0["measure"] as? String } == ["format", "tag_count"])

        let written = try FileManager.default.subpathsOfDirectory(atPath: output)
        let samples = written.filter { $0.hasSuffix(".jsonl") }.sorted()
        #expect(samples.count == 2)
        #expect(written.count { $0.hasSuffix(".json") } == 2)
        let run = try #require(samples.first { !$0.contains("pretrain") })
        let base = try #require(samples.first { $0.contains("pretrain") })
        let again = try GrpoProcess.run(
            "evaluate", "--model", output + "/" + run, "--against", output + "/" + base, "--json")
        #expect(again.code == 0, "\(again.errors)")
        let saved = try #require(try again.json()["comparison"] as? [String: Any])
        for key in ["difference", "sign_test_p", "wins", "problems"] {
            #expect(saved[key] as? Double == comparison[key] as? Double, "\(key)")
        }
        let text = try GrpoProcess.run(
            "evaluate", "--model", output + "/" + run, "--against", output + "/" + base)
        #expect(text.output.contains("pass@1 difference"))
        #expect(text.output.contains("sign test p"))
    }

    @Test("every pass@k that was asked for is shown, and none twice")
    func passAt() async throws {
        let files = try await Self.trained.value
        func shown(_ arguments: [String]) throws -> String {
            let outcome = try GrpoProcess.start(
                ["evaluate", "--model", files.run, "--limit", "4", "--max-tokens", "8"] + arguments
            ).wait()
            #expect(outcome.code == 0, "\(outcome.errors)")
            return outcome.output
        }
        func rows(_ output: String, _ name: String) -> Int {
            output.split(separator: "\n").count { $0.hasPrefix(name + " ") }
        }
        let alone = try shown(["--pass-at", "1,2,2,4"])
        #expect(rows(alone, "pass@1") == 1)
        #expect(rows(alone, "pass@2") == 1)
        #expect(rows(alone, "pass@4") == 0)
        #expect(rows(alone, "pass@k, k = 4") == 1)
        let pair = try shown(["--pass-at", "2", "--against", files.run + ":pretrain"])
        #expect(pair.split(separator: "\n").first?.contains("  pass@2") == true, "\(pair)")
    }

    @Test("saved samples are drawn already: options of drawing are refused, not ignored")
    func savedSamples() async throws {
        let files = try await Self.trained.value
        let saved = files.run + "/evaluations/grpo.jsonl"
        let refused = try GrpoProcess.run(
            "evaluate", "--model", saved, "--limit", "3", "--temperature", "0.5")
        #expect(refused.code == 2)
        #expect(refused.errors.contains("leave out --limit, --temperature"), "\(refused.errors)")
        let read = try GrpoProcess.run("evaluate", "--model", saved, "--json")
        #expect(read.code == 0, "\(read.errors)")
        #expect(!read.errors.contains("does not say"))
        let rows = try String(contentsOfFile: saved, encoding: .utf8)
        let silent = try files.write(
            rows.replacing(#""tokens":"#, with: #""tokenz":"#), "silent.jsonl")
        let missing = try GrpoProcess.run("evaluate", "--model", silent, "--json")
        #expect(missing.errors.contains("does not say tokens of 8 of its 8 problems"))
        #expect(try missing.json()["mean_length"] is NSNull)
    }

    @Test("one policy under two prompts")
    func prompts() async throws {
        let files = try await Self.trained.value
        let json = try evaluate(files, ["--prompt", "plain", "--prompt", "plain"]).json()
        let found = try #require(json["evaluations"] as? [[String: Any]])
        #expect(found.count == 2)
        #expect(found[0]["pass@1"] as? Double == found[1]["pass@1"] as? Double)
    }

    @Test(
        "a mistake is named",
        arguments: [
            (["--pass-at", "8"], "--pass-at: must be between 1 and samples, 4, found 8"),
            (["--pass-at", "2,x"], "--pass-at takes numbers such as 2,4,8, found 2,x"),
            (["--few-shot", "-1"], "--few-shot: must be between 0 and 1000, found -1"),
            (["--measure", "formt"], "did you mean 'format'?"),
            (
                ["--measure", "reward_model"],
                "--measure reward_model: asks the model of a recipe's"
            ),
            (["--against", "nowhere.gguf"], "nowhere.gguf"),
            (["--against", "nowhere.jsonl"], "nowhere.jsonl: found no readable file"),
        ])
    func mistakes(arguments: [String], message: String) async throws {
        let files = try await Self.trained.value
        let outcome = try evaluate(files, arguments)
        #expect(outcome.code == 2)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
}

import Foundation
import GRPOJSON
import GRPORuns
import GRPOTasks
import GRPOTraining
import Testing

@Suite final class HarnessFilesTests {
    private let scratch = NSTemporaryDirectory() + "grpo-harness-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: scratch) }

    private func sampled(_ id: String, right: [Bool]?, tokens: Int) -> EvaluatedProblem {
        let count = right?.count ?? 2
        return EvaluatedProblem(
            problem: Problem(
                id: id, prompt: "Q\(id)?", answer: "a\(id)", columns: ["level": "3"],
                scenario: right == nil ? .general : .reasoning),
            asked: "User: Q\(id)?<think>\n", opening: "<think>\n",
            completions: (0..<count).map {
                Completion(
                    text: "\($0)\u{1B}\n</think>", tokenCount: tokens,
                    finishReason: $0 == 0 ? .stop : .length)
            },
            answers: (0..<count).map { $0 == 0 ? "a\(id)" : nil }, isRight: right,
            greedy: Completion(text: "g", tokenCount: 1, finishReason: .stop),
            greedyIsRight: right.map { $0[0] },
            measures: [.init(name: "taste", values: (0..<count).map { $0 == 0 ? 0.5 : nil })])
    }

    private var samples: EvaluationSamples {
        EvaluationSamples(
            stage: "final", task: "sums",
            sampling: .init(temperature: 0.6, topP: 0.95, maxCompletionLength: 32),
            problems: [
                sampled("1", right: [true, false], tokens: 3),
                sampled("2", right: [true, true], tokens: 5),
                sampled("3", right: nil, tokens: 7),
            ])
    }

    private var settings: GRPOTraining.EvaluationSettings {
        GRPOTraining.EvaluationSettings(
            problems: 3, samples: 2, temperature: 0.6, topP: 0.95, passAt: [1, 2])
    }

    @Test("samples read back are the samples that were written, and so are their numbers")
    func roundTrip() throws {
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
        let path = scratch + "/final.jsonl"
        try SamplesFile.write(samples, to: path)
        let read = try SamplesFile.read(path)
        #expect(read == samples)
        #expect(
            EvaluationResult(read, settings: settings, prompt: "plain")
                == EvaluationResult(samples, settings: settings, prompt: "plain"))
        let first = try Data(contentsOf: URL(fileURLWithPath: path))
        try SamplesFile.write(samples, to: path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
    }

    @Test("a row has the harness's keys")
    func row() throws {
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
        try SamplesFile.write(samples, to: scratch + "/s.jsonl")
        let line = try String(contentsOfFile: scratch + "/s.jsonl", encoding: .utf8)
            .split(separator: "\n")[0]
        let row = try #require(JSONValue(line))
        #expect(row["doc_id"]?.integer == 0)
        #expect(row["doc"]?["prompt"]?.string == "Q1?")
        #expect(row["target"]?.string == "a1")
        #expect(row["arguments"]?["gen_args_0"]?["arg_0"]?.string == "User: Q1?<think>\n")
        let drawn = row["arguments"]?["gen_args_0"]?["arg_1"]
        #expect(drawn?["temperature"]?.number == 0.6)
        #expect(drawn?["max_gen_toks"]?.integer == 32)
        #expect(drawn?["do_sample"]?.bool == true)
        #expect(row["resps"]?.elements?[0].elements?.count == 2)
        #expect(row["filtered_resps"]?.elements?[0].elements?.map(\.string) == ["a1", "[invalid]"])
        #expect(row["filter"]?.string == "none")
        #expect(row["metrics"]?.elements?.map(\.string) == ["exact_match", "taste"])
        #expect(row["exact_match"]?.number == 0.5)
        for key in ["doc_hash", "prompt_hash", "target_hash"] {
            #expect(row[key]?.string?.count == 64)
        }
        // SHA-256 of "a1".
        #expect(
            row["target_hash"]?.string
                == "f55ff16f66f43360266b95db6f8fec01d76031054306ae4a4b380598f6cfd114")
    }

    @Test("results of a task, each with its standard error")
    func results() throws {
        let result = EvaluationResult(samples, settings: settings, prompt: "plain")
        let files = HarnessFiles(
            model: "../runs/r1:final",
            environment: RunEnvironment(
                version: "1", backend: "b", precision: "float32", threads: 1, cpuFeatures: "v3",
                rowsAreExact: true), seed: 7, start: Date(timeIntervalSince1970: 1_800_000_000.25),
            seconds: 2)
        let paths = try files.write(
            [
                HarnessFiles.Entry(
                    name: "sums", result: result, samples: samples, task: TaskSetting(Sums()),
                    heldOut: 849)
            ], to: scratch)
        let names = paths.map { String($0.dropFirst(scratch.count)) }
        #expect(
            names == [
                "/..__runs__r1__final/results_2027-01-15T08-00-00.250000.json",
                "/..__runs__r1__final/samples_sums_2027-01-15T08-00-00.250000.jsonl",
            ])
        let text = try String(contentsOfFile: paths[0], encoding: .utf8)
        let json: JSONValue = try #require(JSONValue(text))
        let sums = json["results"]?["sums"]
        #expect(sums?["alias"]?.string == "sums")
        #expect(sums?["exact_match,none"]?.number == 0.75)
        // Shares 0.5 and 1: the deviation is √(1/8), the standard error 1/4.
        #expect(abs((sums?["exact_match_stderr,none"]?.number ?? 0) - 0.25) < 1e-15)
        #expect(sums?["exact_match,maj@2"]?.number == 1)
        #expect(sums?["exact_match_stderr,maj@2"]?.number == 0)
        #expect(sums?["exact_match,greedy"]?.number == 1)
        #expect(sums?["pass@2,none"]?.number == 1)
        #expect(sums?["taste,none"]?.number == 0.5)
        #expect(json["n-samples"]?["sums"]?["original"]?.integer == 849)
        #expect(json["n-samples"]?["sums"]?["effective"]?.integer == 3)
        #expect(json["n-shot"]?["sums"]?.integer == 0)
        #expect(json["higher_is_better"]?["sums"]?["exact_match"]?.bool == true)
        #expect(json["versions"]?["sums"] != nil)
        #expect(json["configs"]?["sums"]?["repeats"]?.integer == 2)
        #expect(json["date"]?.number == 1_800_000_000.25)
        #expect(json["model_name_sanitized"]?.string == "..__runs__r1__final")
        #expect(json["config"]?["gen_kwargs"]?["top_p"]?.number == 0.95)
    }

    @Test("rows that the harness itself wrote can be compared")
    func foreignRows() throws {
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
        let path = scratch + "/samples_gsm8k.jsonl"
        let rows = ["strict-match", "flexible-extract"].flatMap { filter in
            (0..<2).map { index in
                """
                {"doc_id": \(index), "doc": {"question": "q", "answer": "#### \(index)"}, \
                "target": "#### \(index)", "arguments": {"gen_args_0": {"arg_0": "Q", "arg_1": \
                {"until": ["\\n"]}}}, "resps": [["so \(index)"]], "filtered_resps": ["\(index)"], \
                "filter": "\(filter)", "metrics": ["exact_match"], "doc_hash": "h\(index)", \
                "prompt_hash": "p", "target_hash": "t", "exact_match": \(index).0}
                """
            }
        }
        try (rows.joined(separator: "\n") + "\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        let read = try SamplesFile.read(path)
        #expect(read.problems.map(\.problem.id) == ["h0", "h1"])
        #expect(read.problems.map(\.share) == [0, 1])
        #expect(read.problems.map { $0.answers[0] } == ["0", "1"])
        #expect(try PairedComparison(read, against: read).ties == 2)
    }

    @Test("what a row does not say is named and left out, never 0")
    func missingNumbers() throws {
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
        let path = scratch + "/samples_own.jsonl"
        func row(_ index: Int, _ rest: String) -> String {
            "{\"doc_id\": \(index), \"doc\": {\"question\": \"q\"}, \"target\": \"t\", "
                + "\"resps\": [[\"a\"]], \"exact_match\": 1.0\(rest)}\n"
        }
        let full = """
            , "completions": [{"right": true, "tokens": 6, "finish_reason": "length", \
            "answer": "a"}], "greedy": {"text": "g", "right": true, "tokens": 1, \
            "finish_reason": "stop"}
            """
        try (row(0, "") + row(1, full)).write(toFile: path, atomically: true, encoding: .utf8)
        let read = try SamplesFile.read(path)
        #expect(read.missing.map(\.name) == ["tokens", "finish_reason", "greedy"])
        #expect(read.missing.map(\.problems) == [1, 1, 1])
        let settings = GRPOTraining.EvaluationSettings(problems: 2, samples: 1)
        let half = EvaluationResult(read, settings: settings, prompt: "as saved")
        #expect(half.meanLength == 6)
        #expect(half.passAt1Greedy == 1)
        #expect(half.conditions?.finished == 0)
        #expect(samples.missing.isEmpty)

        try row(0, "").write(toFile: path, atomically: true, encoding: .utf8)
        let bare = try SamplesFile.read(path)
        let none = EvaluationResult(bare, settings: settings, prompt: "as saved")
        #expect(none.passAt1 == 1)
        #expect(none.meanLength == nil && none.passAt1Greedy == nil)
        #expect(none.conditions?.finished == nil && none.intervals?.passAt1Greedy == nil)
        let text = JSONValue(encoding: none).text
        #expect(text.contains("\"pass@1_greedy\":null") && text.contains("\"mean_length\":null"))
        #expect(EvaluationResult.table([none]).text.contains("  -  "))
        let again = try JSONDecoder().decode(EvaluationResult.self, from: Data(text.utf8))
        #expect(again == none)
        // Written again, it is as silent as before.
        try SamplesFile.write(bare, to: path)
        #expect(try SamplesFile.read(path) == bare)
    }

    @Test("a file that holds no samples is refused with its line")
    func faults() throws {
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true)
        for (text, message) in [
            ("", "found no row"), ("x\n", "a.jsonl:1: no JSON object"),
            ("{\"doc_id\": 1}\n", "a.jsonl:1: resps: found none, expected one list of responses"),
            ("{\"doc_id\": 1, \"resps\": [[\"a\"]]}\n", "a.jsonl:1: exact_match: found none"),
            (
                "{\"doc_id\": 1, \"resps\": [[\"a\", \"b\"]], \"exact_match\": 0.5}\n",
                "exact_match: found 0.5 without a verdict for each completion"
            ),
        ] {
            let path = scratch + "/a.jsonl"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            #expect {
                try SamplesFile.read(path)
            } throws: { error in
                (error as? RunError)?.cause == .input && "\(error)".contains(message)
            }
        }
        #expect(throws: RunError.self) { try SamplesFile.read(self.scratch + "/none.jsonl") }
    }
}

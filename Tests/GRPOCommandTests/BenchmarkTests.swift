import Foundation
import Testing

@Suite("grpo benchmark")
struct BenchmarkTests {
    @Test("--json names engine, core, threads, precision and what was asked for")
    func document() throws {
        let outcome = try GrpoProcess.run(
            "benchmark", "--only", "character-pretrain", "--only", "character-grpo-step",
            "--repetitions", "1", "--threads", "1", "--precision", "float32", "--json")
        #expect(outcome.code == 0, "\(outcome.errors)")
        let json = try outcome.json()
        #expect((json["engine"] as? String)?.isEmpty == false)
        #expect((json["core"] as? String)?.isEmpty == false)
        #expect(json["threads"] as? Int == 1)
        #expect(json["precision"] as? String == "float32")
        let results = try #require(json["results"] as? [[String: Any]])
        #expect(
            results.map { $0["name"] as? String } == ["character-pretrain", "character-grpo-step"])
        for result in results {
            for key in ["tokens_per_s", "share_of_matrix_rate", "peak_memory_bytes", "s"] {
                let value = try #require((result[key] as? NSNumber)?.doubleValue)
                #expect(value > 0 && value.isFinite, "\(key)")
            }
            #expect(result["repetitions"] as? Int == 1)
        }
        // 256 completions of full length: a drawn model's never end.
        #expect(results[1]["tokens"] as? Int == 256 * 58)
    }

    @Test("a measurement audits nothing and writes nothing")
    func leavesNothing() throws {
        let directory = NSTemporaryDirectory() + "grpo-benchmark-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let outcome = try GrpoProcess.start(
            [
                "benchmark", "--only", "character-grpo-step", "--repetitions", "3", "--threads",
                "1", "--json",
            ], directory: directory
        ).wait()
        #expect(outcome.code == 0)
        #expect(!outcome.errors.contains("HACK GAP"), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == [])
    }

    @Test(
        "what cannot be measured is an error of input",
        arguments: [("--only", "decode-2"), ("--repetitions", "0"), ("--model", "nowhere.gguf")])
    func refusal(option: String, value: String) throws {
        let outcome = try GrpoProcess.run("benchmark", option, value)
        #expect(outcome.code == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains(value))
    }
}

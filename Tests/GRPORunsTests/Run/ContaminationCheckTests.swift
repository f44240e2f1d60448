import Foundation
import GRPOJSON
import GRPORuns
import Testing

@Suite("Training files that give evaluation problems away are counted and said")
struct ContaminationCheckTests {
    private let problem =
        "A train leaves the old station at nine and needs three hours for its way. How many?"

    /// The recipe of a run on files in a directory of their own.
    private func recipe(_ run: SmallRun, _ options: String = "") throws -> String {
        func write(_ name: String, _ rows: [String]) throws {
            try rows.joined(separator: "\n").write(
                toFile: run.scratch + "/" + name, atomically: true, encoding: .utf8)
        }
        try write(
            "train.jsonl",
            (1...6).map { "{\"prompt\": \"What is \($0)?\", \"answer\": \($0)}" }
                + ["{\"prompt\": \"So: \(problem)\", \"answer\": 3}"])
        try write("test.jsonl", ["{\"prompt\": \"\(problem)\", \"answer\": 3}"])
        try write("texts.jsonl", ["{\"text\": \"\(problem)\"}", "{\"text\": \"0123456789: SW\"}"])
        return """
            model: {layers: 1, hidden_size: 16, heads: 2, max_positions: 128}
            task: {jsonl: {file: \(run.scratch)/train.jsonl, test_file: \(run.scratch)/test.jsonl\(options)}}
            evaluation: {problems: 1, samples: 2, max_completion_length: 4}
            stages:
              - pretrain: {max_steps: 1, documents_per_step: 2, data: {jsonl: {file: \(run.scratch)/texts.jsonl}}}
              - grpo: {max_steps: 1, prompts_per_step: 1, num_generations: 2, max_completion_length: 4}

            """
    }

    @Test("every file's records are counted, in the summary, on the screen and in the directory")
    func counted() async throws {
        let run = try SmallRun()
        let summary = try await run.execute(try recipe(run))
        let check = try #require(summary.contamination)
        #expect(check.problems == 1)
        #expect(check.shortProblems == 0)
        #expect(check.sources.map(\.stage) == ["pretrain", "grpo"])
        #expect(check.sources.map(\.records) == [2, 7])
        #expect(check.sources.map(\.shared) == [1, 1])
        #expect(check.sources[1].example == "So: " + problem)
        #expect(check.sources.allSatisfy { $0.leftOut == nil })
        #expect(
            run.screen.contains(
                "warning: grpo: 1 of 7 records of jsonl share 10 words in a row with an "
                    + "evaluation problem; leave them out"))
        let file = try String(
            contentsOfFile: run.directory.contamination, encoding: .utf8)
        #expect(JSONValue(Substring(file))?["problems"]?.integer == 1)
    }

    @Test("what is left out is said")
    func leftOut() async throws {
        let run = try SmallRun()
        let text = try recipe(run, ", decontaminate: [\(run.scratch)/test.jsonl]")
        let summary = try await run.execute(text)
        let source = try #require(summary.contamination?.sources.last)
        #expect(source.records == 6)
        #expect(source.shared == 0)
        #expect(source.leftOut == 1)
        #expect(run.screen.contains("grpo: 6 records of jsonl, 1 left out by decontaminate"))
    }

    @Test("a recipe without files has nothing to check")
    func noFiles() async throws {
        let run = try SmallRun()
        let summary = try await run.execute()
        #expect(summary.contamination == nil)
        #expect(!FileManager.default.fileExists(atPath: run.directory.contamination))
    }
}

import Foundation
import GRPOJSON
import GRPORuns
import Testing

/// A directory of its own for a test, removed with it.
final class Scratch {
    let path = NSTemporaryDirectory() + "grpo-runs-\(UUID().uuidString)"
    var run: RunDirectory { RunDirectory(path: path + "/run") }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func text(_ file: String) -> String {
        (try? String(contentsOfFile: file, encoding: .utf8)) ?? "no file"
    }
}

struct RolloutRow: Codable {
    var stage: String
    var tokenIDs: [Int32]
    var logProbs: [Float]
    var advantage: Double
    var why: String?

    enum CodingKeys: String, CodingKey {
        case stage
        case tokenIDs = "token_ids"
        case logProbs, advantage, why
    }
}

@Suite("Run directories and their records")
struct RunDirectoryTests {
    private func record(_ stage: String, _ step: Int, _ reward: Double? = nil) -> MetricsRecord {
        var record = MetricsRecord(stage: stage, step: step)
        if let reward { record.set("reward", reward) }
        return record
    }

    @Test("a line has stage and step first, then keys as set; numbers are the shortest")
    func line() {
        var record = MetricsRecord(stage: "grpo", step: 3)
        record.set("reward", 0.1)
        record.set("rewards/accuracy/mean", 1e-7)
        record.set("kl", .nan)
        record.set("loss", -.infinity)
        record.set("num_tokens", 4096)
        record.set("note", "a\"b\u{1}\u{2028}")
        record.set("reward", 0.30000000000000004)
        #expect(
            record.line
                == #"{"stage":"grpo","step":3,"reward":0.30000000000000004,"rewards/accuracy/mean":1e-07,"kl":null,"loss":null,"num_tokens":4096,"note":"a\"b\u0001\u2028"}"#
        )
        #expect(MetricsReader.record(record.line[...])?.number("reward") == 0.30000000000000004)
        #expect(MetricsReader.record(record.line[...])?.number("kl") == nil)
        #expect(MetricsReader.record(record.line[...])?["note"]?.string == "a\"b\u{1}\u{2028}")
    }

    @Test("foundation reads what is written", arguments: [1.0, 0.1, 1e300, 1e-300, -2.5e-8, 1e16])
    func validJSON(value: Double) throws {
        var record = record("s", 1, value)
        record[#"weird "key" \ é"#] = .array([
            .null, .object([.init(key: "a", value: .bool(true))]),
        ])
        let object = try JSONSerialization.jsonObject(with: Data(record.line.utf8))
        #expect((object as? [String: Any])?["reward"] as? Double == value)
    }

    @Test("resuming drops the stage's later steps, later stages and a torn last line")
    func truncation() throws {
        let scratch = Scratch(), run = scratch.run
        let lock = try run.open(resuming: false)
        let metrics = try MetricsWriter(path: run.metrics)
        for step in 1...3 { try metrics.append(record("base", step)) }
        for step in 1...5 { try metrics.append(record("grpo", step, 0.5)) }
        try metrics.append(record("final", 1, 0.9))
        let torn = try FileHandle(forWritingTo: URL(fileURLWithPath: run.metrics))
        try torn.seekToEnd()
        try torn.write(contentsOf: Data(#"{"stage":"final","st"#.utf8))
        try torn.close()
        for (stage, steps) in [("grpo", 1...5), ("final", 1...1)] {
            let writer = try RolloutWriter(run, stage: stage)
            for step in steps { try writer.write([["a": step]], step: step) }
        }
        try run.truncate(stage: "grpo", after: 2, laterStages: ["final"])
        let left = MetricsReader.records(path: run.metrics).map { "\($0.stage) \($0.step)" }
        #expect(left == ["base 1", "base 2", "base 3", "grpo 1", "grpo 2"])
        #expect(scratch.text(run.metrics).hasSuffix("\"reward\":0.5}\n"))
        let files = try FileManager.default.contentsOfDirectory(atPath: run.rollouts(stage: "grpo"))
        #expect(files.sorted() == ["step-000001.jsonl", "step-000002.jsonl"])
        #expect(!FileManager.default.fileExists(atPath: run.rollouts(stage: "final")))
        withExtendedLifetime(lock) {}
    }

    @Test("appending after a crash begins on a line of its own")
    func tornAppend() throws {
        let scratch = Scratch(), run = scratch.run
        let lock = try run.open(resuming: false)
        try RunFile.write(
            "{\"stage\":\"a\",\"step\":1}\n{\"stage\":\"a\",\"ste", to: run.metrics)
        try MetricsWriter(path: run.metrics).append(record("a", 2))
        #expect(MetricsReader.records(path: run.metrics).map(\.step) == [1, 2])
        withExtendedLifetime(lock) {}
    }

    @Test("rollouts keep token ids and every log-probability's bits")
    func rollouts() throws {
        let scratch = Scratch(), run = scratch.run
        let lock = try run.open(resuming: false)
        let logProbs: [Float] = [-0.1, -1.1754944e-38, -17.123457, 0]
        let row = RolloutRow(
            stage: "grpo", tokenIDs: [1, 2, 151_643], logProbs: logProbs, advantage: 2.474174,
            why: nil)
        try RolloutWriter(run, stage: "grpo").write([row, row], step: 100)
        let text = scratch.text(run.path + "/rollouts/grpo/step-000100.jsonl")
        #expect(
            text.split(separator: "\n").first
                == #"{"stage":"grpo","token_ids":[1,2,151643],"log_probs":[-0.1,-1.1754944e-38,-17.123457,0.0],"advantage":2.474174,"why":null}"#
        )
        let rows = RolloutWriter.rows(run, stage: "grpo", step: 100)
        #expect(rows.count == 2)
        let read = rows[0]["log_probs"]?.elements?.compactMap { $0.number.map { Float($0) } }
        #expect(read == logProbs)
        withExtendedLifetime(lock) {}
    }

    @Test("an existing run is refused, a missing one cannot be resumed, two processes cannot share")
    func opening() throws {
        let scratch = Scratch(), run = scratch.run
        let missing = #expect(throws: RunError.self) { _ = try run.open(resuming: true) }
        #expect(missing?.cause == .input)
        var lock: RunLock? = try run.open(resuming: false)
        try RunFile.write("schema: 1\n", to: run.recipe)
        let held = #expect(throws: RunError.self) { _ = try run.open(resuming: true) }
        #expect(held?.message == "another process is running here")
        withExtendedLifetime(lock) {}
        lock = nil
        _ = try run.open(resuming: true)
        let existing = #expect(throws: RunError.self) { _ = try run.open(resuming: false) }
        #expect(
            existing?.description.hasSuffix("continue it with --resume, or choose another --output")
                == true)
    }

    @Test("files are replaced whole, and a failed write leaves nothing behind")
    func atomic() throws {
        let scratch = Scratch()
        try RunDirectory.make(scratch.path)
        let file = scratch.path + "/a.txt"
        try RunFile.write("one", to: file)
        try RunFile.write("two", to: file)
        #expect(scratch.text(file) == "two")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["a.txt"])
        let error = #expect(throws: RunError.self) {
            try RunFile.write("x", to: file + "/b.txt")
        }
        #expect(error?.cause == .failure)
    }

    @Test("a full disk is a failure of the machine that names the file")
    func fullDisk() throws {
        let writer = try MetricsWriter(path: "/dev/full")
        let error = #expect(throws: RunError.self) { try writer.append(record("a", 1)) }
        #expect(error?.cause == .failure)
        #expect(
            error?.description.hasPrefix("/dev/full: could not be written: No space left") == true)
        #expect(error?.remedy.contains("free some space") == true)
    }

    @Test(
        "names that may be part of a path",
        arguments: [
            ("grpo", true), ("step-1", true), ("+format", true), ("a.b", true), ("..", false),
            (".x", false), ("a/b", false), ("", false), ("-x", false), ("é", false), ("a b", false),
        ])
    func plainNames(name: String, plain: Bool) {
        #expect(RunDirectory.isPlainName(name) == plain)
    }
}

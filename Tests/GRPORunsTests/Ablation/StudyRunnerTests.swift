import Foundation
import GRPORuns
import GRPOTraining
import Synchronization
import Testing

@Suite("A study at work")
struct StudyRunnerTests {
    private func texts(_ study: SmallStudy, _ arm: String, step: Int) throws -> [String] {
        let path = "/runs/\(arm)/seed-0/rollouts/grpo/step-\(String(format: "%06d", step)).jsonl"
        return try String(contentsOfFile: study.directory.path + path, encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    @Test("every arm with every seed, what they share once, nothing twice")
    func whole() async throws {
        let study = try SmallStudy()
        let table = try await study.execute()
        #expect(
            table.rows.map(\.name) == [
                "accuracy", "again", "+tags", "no_training", "random_reward", "format_only",
            ])
        #expect(table.rows.allSatisfy { $0.seeds == [0, 1] && $0.passAt1.count == 2 })
        #expect(table.rows.map(\.control) == [false, false, false, true, true, true])
        #expect(study.launcher.names.count == 11)
        #expect(study.launcher.names.first == "shared stages, seed 0")
        // The base was made by the first job alone.
        for (job, screen) in study.launcher.begun.withLock({ $0.dropFirst() }) {
            #expect(screen.contains("pretrain: finished at step 4, taken from"), "\(job)")
        }
        // Arms that begin alike and differ in nothing that matters are the same computation.
        #expect(table.rows[1].difference?.values == [0, 0])
        #expect(table.rows[1].verdict == .noDifference)
        // The control without training is the shared base, judged with each seed's problems.
        #expect(table.rows[3].seconds == nil && table.rows[3].hackGap == nil)
        #expect(try #require(table.rows[0].seconds) > 0)
        #expect(try #require(table.rows[0].tokens) > 0)
        for file in [
            study.directory.json, study.directory.table, study.directory.seeds,
            study.directory.markdown, study.directory.report,
        ] { #expect(FileManager.default.fileExists(atPath: file), "\(file)") }

        study.launcher.clear()
        let again = try await study.execute(resuming: true)
        #expect(study.launcher.names.isEmpty)
        #expect(again.rows.map(\.passAt1) == table.rows.map(\.passAt1))
    }

    @Test("arms of a seed draw the same problems with the same noise")
    func commonNoise() async throws {
        let study = try SmallStudy()
        try await study.execute()
        // A setting without effect: the same rollouts, rewards and all, in every step.
        for step in 1...4 {
            #expect(
                try texts(study, "accuracy", step: step) == texts(study, "again", step: step))
        }
        // Another reward: the same samples, until the first update parts them.
        func completions(_ arm: String, _ step: Int) throws -> [String] {
            try texts(study, arm, step: step).map { line in
                let row = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return (row as? [String: Any])?["text"] as? String ?? "?"
            }
        }
        let first = try completions("accuracy", 1)
        #expect(first.count == 8 && !first.contains("?"))
        for arm in ["+tags", "random_reward", "format_only"] {
            #expect(try completions(arm, 1) == first, "\(arm)")
        }
    }

    @Test("interrupted and resumed, it is the uninterrupted study")
    func interrupted() async throws {
        let whole = try SmallStudy()
        let expected = try await whole.execute()
        let study = try SmallStudy()
        study.launcher.stopsAfter.withLock { $0 = 4 }
        do {
            try await study.execute()
            Issue.record("not interrupted")
        } catch let interrupted as StudyRunner.Interrupted {
            #expect(interrupted.runs == 11)
            #expect((4...6).contains(interrupted.done))
        }
        let done = study.directory.finished(try study.plan()).count
        study.launcher.clear()
        study.launcher.stopsAfter.withLock { $0 = nil }
        let table = try await study.execute(resuming: true)
        #expect(study.launcher.names.count == 11 - done)
        #expect(table.rows.map(\.passAt1) == expected.rows.map(\.passAt1))
        #expect(table.rows.map(\.meanLength) == expected.rows.map(\.meanLength))
    }

    @Test("a study can grow: resumed with another arm and seed, it runs those alone")
    func grown() async throws {
        let study = try SmallStudy()
        try await study.execute()
        study.launcher.clear()
        let more =
            SmallStudy.study.replacingOccurrences(of: "[0, 1]", with: "[0, 1, 2]")
            + "  hot: {grpo.temperature: 1.2}\n"
        let table = try await study.execute(more, resuming: true)
        #expect(study.launcher.names.count == 5 + 3)
        #expect(table.rows.first { $0.name == "hot" }?.seeds == [0, 1, 2])
    }

    @Test("a study of one seed can grow, though its beginning had another number of threads")
    func grownFromOneSeed() async throws {
        let one = SmallStudy.study.replacingOccurrences(of: "[0, 1]", with: "[0]")
            .replacingOccurrences(of: "shared: [pretrain]\n", with: "")
        let study = try SmallStudy()
        try await study.execute(one)
        study.launcher.clear()
        let table = try await study.execute(
            one.replacingOccurrences(of: "[0]", with: "[0, 1]")
                .replacingOccurrences(of: "threads: 1", with: "threads: 2"), resuming: true)
        #expect(study.launcher.names.count == 6)
        #expect(study.launcher.names.allSatisfy { $0.hasSuffix("seed 1") })
        #expect(table.rows.allSatisfy { $0.seeds == [0, 1] })
    }

    @Test("a study can grow by an arm that changes what all arms began with")
    func grownApart() async throws {
        let more = """
              - pretrain:
                  name: more
                  max_steps: 2
                  documents_per_step: 16
                  data: {sums_mixture: {sums: {digits: 1, held_out: 0.2}}}
              - grpo:

            """
        let study = try SmallStudy(
            base: SmallStudy.base.replacingOccurrences(of: "  - grpo:\n", with: more))
        #expect(try study.plan().commonNames == ["pretrain", "more"])
        try await study.execute()
        study.launcher.clear()
        let grown = SmallStudy.study + "  faster: {more.learning_rate: 1e-2}\n"
        #expect(try study.plan(grown).commonNames == ["pretrain"])
        let table = try await study.execute(grown, resuming: true)
        // What all begin with now is taken from where it lies, and only the new arm is run.
        #expect(
            Set(study.launcher.names) == [
                "shared stages, seed 0", "faster, seed 0", "faster, seed 1",
            ])
        #expect(study.launcher.begun.withLock { $0[0].screen }.contains("pretrain: finished"))
        #expect(table.rows.first { $0.name == "faster" }?.seeds == [0, 1])
    }

    @Test("the wall time of a study holds its parts that came to no result, and no time twice")
    func wallTime() async throws {
        let study = try SmallStudy()
        study.launcher.fails.withLock { $0 = "shared" }
        await #expect(throws: RunError.self) { try await study.execute() }
        study.launcher.fails.withLock { $0 = nil }
        func written(_ path: String, _ text: String) throws {
            try text.write(
                toFile: study.directory.path + path, atomically: true, encoding: .utf8)
        }
        // An attempt of 100 s that failed, and two beside each other from which nothing was written.
        try written("/shared/seed-0.json", #"{"work_s": [[1000, 1100]]}"#)
        try written("/runs/again/seed-0.json", #"{"work_s": [[1100, 1150]]}"#)
        try written("/runs/+tags/seed-0.json", #"{"work_s": [[1120, 1170]]}"#)
        let begin = Date()
        let table = try await study.execute(resuming: true)
        #expect(table.wallSeconds > 170)
        #expect(table.wallSeconds <= 170 + Date().timeIntervalSince(begin) + 0.5)
        let again = try await study.execute(resuming: true)
        #expect(again.wallSeconds == table.wallSeconds)
    }

    @Test("what was begun otherwise, or is not there, is refused")
    func refused() async throws {
        let study = try SmallStudy()
        await #expect(throws: RunError.self) { try await study.execute(resuming: true) }
        try await study.execute()
        let again = await #expect(throws: RunError.self) { try await study.execute() }
        #expect(again?.message.contains("files of an earlier study") == true)
        let changed = await #expect(throws: RunError.self) {
            try await study.execute(
                SmallStudy.study.replacingOccurrences(of: "weight: 0.5", with: "weight: 0.6"),
                resuming: true)
        }
        #expect(changed?.cause == .input)
        #expect(changed?.message == "+tags, seed 0 was begun with other settings")
    }

    @Test("an arm that fails does not stop the others; resumed, it alone is run")
    func failed() async throws {
        let study = try SmallStudy()
        study.launcher.fails.withLock { $0 = "+tags, seed 1" }
        let error = await #expect(throws: RunError.self) { try await study.execute() }
        #expect(error?.cause == .failure)
        #expect(error?.message.contains("1 of 11 runs failed: +tags, seed 1") == true)
        #expect(error?.message.contains("it broke") == true)
        let table = try String(contentsOfFile: study.directory.table, encoding: .utf8)
        #expect(table.contains(",+tags,false,0,"))
        study.launcher.clear()
        study.launcher.fails.withLock { $0 = nil }
        let whole = try await study.execute(resuming: true)
        #expect(study.launcher.names == ["+tags, seed 1"])
        #expect(whole.rows.allSatisfy { $0.seeds == [0, 1] })
    }
}

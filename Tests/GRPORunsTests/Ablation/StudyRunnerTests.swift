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

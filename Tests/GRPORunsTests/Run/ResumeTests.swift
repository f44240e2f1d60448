import Foundation
import GRPOJSON
import GRPORuns
import Testing

@Suite("A resumed run is the uninterrupted run: byte for byte where the engine is exact")
struct ResumeTests {
    /// The uninterrupted run that all others are compared with.
    private static let whole = Task { () throws -> [String: Data] in
        let run = try SmallRun()
        try await run.execute()
        return try run.results()
    }

    /// The same files; with the same bytes where the engine promises them.
    private func expectWhole(
        _ run: SmallRun, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let whole = try await Self.whole.value
        let found = try run.results()
        #expect(found.keys.sorted() == whole.keys.sorted(), sourceLocation: sourceLocation)
        guard SmallRun.isExact else { return }
        #expect(differences(found, whole) == [], sourceLocation: sourceLocation)
    }

    @Test(
        "interrupted after a step, within a generation, while sampling, while evaluating",
        arguments: [
            ("pretrain 1/6  loss", "pretrain", 1), ("pretrain 4/6  loss", "pretrain", 4),
            ("pretrain  evaluating", "pretrain", 0), ("grpo 1/6  sampling", "grpo", 0),
            ("grpo 1/6  reward ", "grpo", 1), ("grpo 3/6  reward ", "grpo", 3),
            ("grpo 4/6  reward ", "grpo", 4), ("grpo 5/6  sampling", "grpo", 4),
            ("grpo 5/6  reward ", "grpo", 5), ("grpo 6/6  reward ", "grpo", 0),
        ])
    func interrupted(mark: String, stage: String, step: Int) async throws {
        let run = try SmallRun()
        let interruption = try #require(try await run.interrupt(at: mark))
        #expect(interruption.stage == stage)
        #expect(interruption.step == step)
        try await run.execute(resuming: true)
        try await expectWhole(run)
    }

    @Test("interrupted after every step")
    func oftenInterrupted() async throws {
        let run = try SmallRun()
        var interruptions = 0
        for (stage, reports) in [("pretrain", "loss"), ("grpo", "reward")] {
            for step in 1...5 {
                let mark = "\(stage) \(step)/6  \(reports)"
                let interruption = try await run.interrupt(at: mark, resuming: interruptions > 0)
                #expect(interruption?.step == step)
                interruptions += 1
            }
        }
        #expect(interruptions == 10)
        try await run.execute(resuming: true)
        try await expectWhole(run)
    }

    @Test("interrupted at once after resuming on other threads, it keeps its checkpoint")
    func interruptedTwice() async throws {
        let run = try SmallRun()
        _ = try await run.interrupt(at: "grpo 4/6  reward ")
        await #expect(throws: Run.Interrupted.self) {
            try await run.execute(
                set: ["threads=2"], resuming: true, interruptingAt: "grpo 5/6  sampling")
        }
        try await run.execute(resuming: true)
        try await expectWhole(run)
    }

    @Test("one thread and two give the same bytes")
    func threads() async throws {
        let run = try SmallRun()
        try await run.execute(threads: 2)
        try await expectWhole(run)
    }

    @Test("begun on one thread, resumed on two")
    func otherThreads() async throws {
        let run = try SmallRun()
        _ = try await run.interrupt(at: "grpo 3/6  reward ")
        try await run.execute(resuming: true, threads: 2)
        try await expectWhole(run)
    }

    @Test(
        "a damaged newest checkpoint: the one before it serves",
        arguments: [("grpo", 6), ("pretrain", 6)])
    func damaged(stage: String, step: Int) async throws {
        let run = try SmallRun()
        try await run.execute()
        try run.damage(run.directory.checkpoint(stage: stage, step: step))
        try await run.execute(resuming: true)
        #expect(run.screen.contains("warning: skipped "))
        #expect(run.screen.contains("\(stage): resumed at step 4"))
        try await expectWhole(run)
    }

    @Test("all checkpoints of a stage damaged: it begins again")
    func allDamaged() async throws {
        let run = try SmallRun()
        try await run.execute()
        for step in [4, 6] {
            try run.damage(run.directory.checkpoint(stage: "grpo", step: step))
        }
        try await run.execute(resuming: true)
        try await expectWhole(run)
    }

    @Test("metrics and rollouts that are ahead of the checkpoint are cut")
    func aheadOfCheckpoint() async throws {
        let run = try SmallRun()
        try await run.execute()
        // As after a crash between step 6 and its checkpoint, within the line of a step 7.
        for suffix in [".h5", ".json"] {
            try FileManager.default.removeItem(
                atPath: run.directory.checkpoints(stage: "grpo") + "/step-000006" + suffix)
        }
        let file = try #require(FileHandle(forWritingAtPath: run.directory.metrics))
        try file.seekToEnd()
        try file.write(contentsOf: Data("{\"stage\":\"grpo\",\"st".utf8))
        try file.close()
        try await run.execute(resuming: true)
        try await expectWhole(run)
    }

    @Test("activations computed again make the same run, other micro-batches do not")
    func memorySettings() async throws {
        let run = try SmallRun()
        _ = try await run.interrupt(at: "grpo 3/6  reward ")
        await #expect(throws: RunError.self) {
            try await run.execute(set: ["grpo.micro_batch_tokens=40"], resuming: true)
        }
        try await run.execute(set: ["grpo.gradient_checkpointing=true"], resuming: true)
        guard SmallRun.isExact else { return }
        let whole = try await Self.whole.value
        #expect(try run.results()["metrics.jsonl"] == whole["metrics.jsonl"])
    }

    @Test("a finished run does nothing more and says the same")
    func finished() async throws {
        let run = try SmallRun()
        var first = try await run.execute()
        let before = try run.results()
        run.clearScreen()
        var second = try await run.execute(resuming: true)
        #expect(
            run.screen == """
                pretrain: finished at step 6, taken from its checkpoint
                grpo: finished at step 6, taken from its checkpoint

                """)
        #expect(differences(try run.results(), before) == [])
        for index in first.stages.indices {
            first.stages[index].wallSeconds = 0
            second.stages[index].wallSeconds = 0
        }
        (first.wallSeconds, second.wallSeconds) = (0, 0)
        #expect(JSONValue(encoding: first).text == JSONValue(encoding: second).text)
    }

    @Test("a process that died before it had written its recipe can be resumed or begun again")
    func diedEarly() async throws {
        let run = try SmallRun()
        try FileManager.default.createDirectory(
            atPath: run.directory.rollouts, withIntermediateDirectories: true)
        try Data().write(to: URL(fileURLWithPath: run.directory.path + "/.lock"))
        try await run.execute(resuming: true)
        try await expectWhole(run)
    }
}

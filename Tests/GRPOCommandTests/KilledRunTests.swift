import Foundation
import Testing

/// Bit-equality is promised for the oneDNN engine; the command takes it where it is there.
private let isExact =
    (try? GrpoProcess.run("doctor", "--json"))
    .map { $0.output.contains("\"found\": \"oneDNN ") } ?? true

@Suite("A run that was ended from outside", .serialized)
struct KilledRunTests {
    private static let steps = 100

    private static let whole = Task { () throws -> [String: Data] in
        let files = try CommandRun(steps: steps)
        let outcome = try files.finish()
        #expect(outcome.code == 0, "\(outcome.errors)")
        return try files.results()
    }

    /// The same last checkpoints; everything with the same bytes where the engine promises them.
    private func expectWhole(
        _ files: CommandRun, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let whole = try await Self.whole.value
        let found = try files.results()
        #expect(found.keys.sorted() == whole.keys.sorted(), sourceLocation: sourceLocation)
        guard isExact else { return }
        #expect(differences(found, whole) == [], sourceLocation: sourceLocation)
    }

    @Test("killed with -9 at random instants and resumed: the same bytes", arguments: [1, 2, 3])
    func killed(seed: UInt64) async throws {
        let files = try CommandRun(steps: Self.steps)
        var random = Seeded(state: seed)
        var kills = 0
        // From before the first file to the middle of the work; a run that is not killed needs
        // about a second.
        for _ in 0..<7 {
            let resuming = files.exists("run")
            // The clock is a process of its own: on a busy machine a sleep here would come late.
            let outcome = try GrpoProcess.shell(
                "exec timeout -s KILL $1 $GRPO run $2 --output $3 $4",
                String(0.001 + random.uniform() * 0.2), files.recipe, files.run,
                resuming ? "--resume" : "")
            #expect([0, 137].contains(outcome.code), "\(outcome.errors)")
            if outcome.code == 137 { kills += 1 }
        }
        #expect(kills >= 5)
        let last = try files.finish(resuming: files.exists("run"))
        #expect(last.code == 0, "\(last.errors)")
        try await expectWhole(files)
    }

    @Test(
        "Ctrl-C and SIGTERM save, say so, exit 130; the resumed run ends in the same bytes",
        arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        let files = try CommandRun(steps: Self.steps)
        let running = try GrpoProcess.start(["run", files.recipe, "--output", files.run, "--json"])
        try await running.wait(for: "grpo 10/100")
        running.kill(signal)
        let outcome = try running.wait()
        #expect(outcome.code == 130)
        #expect(outcome.errors.contains("saving; press Ctrl-C again to stop without saving"))
        #expect(outcome.errors.contains("interrupted: stage grpo is saved at step "))
        #expect(outcome.errors.contains("continue with --resume"))
        #expect(outcome.output == "")
        let resumed = try files.finish(resuming: true)
        #expect(resumed.code == 0, "\(resumed.errors)")
        try await expectWhole(files)
    }

    @Test("the second signal ends the process at once, without a checkpoint")
    func twice() async throws {
        let files = try CommandRun(steps: 20_000)
        let running = try GrpoProcess.start(
            [
                "run", files.recipe, "--output", files.run, "--set", "pretrain.save_steps=20000",
                "--set", "pretrain.documents_per_step=8192",
            ])
        try await running.wait(for: "writing to")
        running.kill(SIGTERM)
        try await running.wait(for: "saving;")
        running.kill(SIGINT)
        let outcome = try running.wait()
        #expect(outcome.code == 130)
        #expect(!outcome.errors.contains("interrupted: stage"))
    }

    @Test("a full disk: exit code 1, the earlier checkpoint whole, nothing half-written")
    func fullDisk() async throws {
        let files = try CommandRun(steps: Self.steps)
        // Pretraining's checkpoints have 223 KB, those with a reference have more.
        let outcome = try GrpoProcess.shell(
            "ulimit -f 240; exec $GRPO run $1 --output $2", files.recipe, files.run)
        #expect(outcome.code == 1, "\(outcome.errors)")
        #expect(outcome.message.split(separator: "\n").count == 1)
        #expect(outcome.message.contains("/checkpoints/grpo/step-000002.h5"))
        #expect(outcome.message.contains("File too large; free some space"))
        let names = try files.results().keys
        #expect(!names.contains { $0.contains(".tmp-") })
        #expect(!names.contains { $0.hasPrefix("checkpoints/grpo") })
        let kept = files.run + "/checkpoints/pretrain/step-000100.h5"
        #expect(try GrpoProcess.run("inspect", kept).code == 0)
        let resumed = try files.finish(resuming: true)
        #expect(resumed.code == 0, "\(resumed.errors)")
        try await expectWhole(files)
    }

    @Test("a second command in the same directory is refused")
    func twoAtOnce() async throws {
        let files = try CommandRun(steps: 2000)
        let first = try GrpoProcess.start(["run", files.recipe, "--output", files.run])
        try await first.wait(for: "pretrain 1/2000")
        for arguments in [["--resume"], []] {
            let second = try GrpoProcess.start(
                ["run", files.recipe, "--output", files.run] + arguments
            ).wait()
            #expect(second.code == 2)
            #expect(second.message.split(separator: "\n").count == 1)
            if !arguments.isEmpty {
                #expect(second.message.contains("another process is running here"))
            }
        }
        #expect(first.isRunning)
        first.kill(SIGKILL)
        _ = try first.wait()
    }
}

/// A small generator of its own, so that the instants are the same in every run of the tests.
private struct Seeded {
    var state: UInt64

    mutating func uniform() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
    }
}

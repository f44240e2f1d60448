import Foundation
import Testing

/// The last test kills processes at the work of their own.
@Suite("The command ablate", .serialized)
struct AblateTests {
    private func study(steps: Int = 4) throws -> CommandRun {
        let files = try CommandRun(steps: steps)
        try files.write(
            """
            base: small.yaml
            seeds: [0, 1]
            set: {threads: 1, grpo.preflight: warn}
            shared: [pretrain]
            processes: 2
            judge: {split: test, problems: 6}
            arms:
              accuracy: {grpo.rewards: [accuracy]}
              +tags: {grpo.rewards: [accuracy, tag_count: 0.5]}
            """, "study.yaml")
        return files
    }

    private func ablate(_ files: CommandRun, _ more: String...) throws -> GrpoProcess.Running {
        try GrpoProcess.start(
            ["ablate", files.file("study.yaml"), "--output", files.file("out")] + more)
    }

    private func isHeld(_ directory: String) -> Bool {
        let descriptor = open(directory + "/.lock", O_RDWR)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    @Test("one document with every arm and control, from processes of their own; then nothing left")
    func whole() throws {
        let files = try study()
        let outcome = try ablate(files, "--json").wait()
        #expect(outcome.code == 0, "\(outcome.errors)")
        let document = try outcome.json()
        let arms = try #require(document["arms"] as? [[String: Any]])
        #expect(
            arms.map { $0["name"] as? String } == [
                "accuracy", "+tags", "no_training", "random_reward", "format_only",
            ])
        #expect(arms.map { $0["control"] as? Bool } == [false, false, true, true, true])
        #expect(arms.allSatisfy { ($0["seeds"] as? [Int]) == [0, 1] })
        #expect(document["study"] as? String == "study")
        for name in ["study.json", "table.csv", "seeds.csv", "table.md", "report.html"] {
            #expect(files.exists("out/" + name), "\(name)")
        }
        let again = try ablate(files, "--resume", "--json").wait()
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.errors.contains("9 of 9 runs are done already"))
        let refused = try ablate(files).wait()
        #expect(refused.code == 2)
        #expect(refused.message.contains("files of an earlier study; continue it with --resume"))
    }

    @Test("--dry-run shows the plan and makes nothing")
    func dryRun() throws {
        let files = try study()
        let outcome = try ablate(files, "--dry-run").wait()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("all arms begin with pretrain: run once"))
        #expect(outcome.output.contains("9 runs, 0 of them done; 2 at once"))
        #expect(!files.exists("out"))
        let document = try ablate(files, "--dry-run", "--json").wait().json()
        #expect((document["runs"] as? [Any])?.count == 8)
        #expect((document["shared_runs"] as? [Any])?.count == 1)
    }

    @Test("a mistake in an arm: exit code 2, with its place, before anything runs")
    func wrong() throws {
        let files = try study()
        try files.write(
            "base: small.yaml\narms:\n  a: {grpo.bta: 1}\n", "study.yaml")
        let outcome = try ablate(files).wait()
        #expect(outcome.code == 2)
        #expect(outcome.message.contains("study.yaml:3:7: unknown key 'bta' in grpo"))
        #expect(!files.exists("out"))
    }

    @Test("Ctrl-C: its processes save, it exits 130, the resumed study is the whole one")
    func interrupted() async throws {
        let files = try study(steps: 60)
        let running = try ablate(files, "--json")
        try await running.wait(for: "1/9  shared stages")
        try await Task.sleep(for: .milliseconds(300))
        running.kill(SIGINT)
        let outcome = try running.wait()
        #expect(outcome.code == 130, "\(outcome.errors)")
        #expect(outcome.errors.contains("those at work are saved; continue with --resume"))
        #expect(outcome.output == "")
        let resumed = try ablate(files, "--resume", "--json").wait()
        #expect(resumed.code == 0, "\(resumed.errors)")
        let whole = try study(steps: 60)
        let expected = try ablate(whole, "--json").wait()
        func shares(_ outcome: GrpoProcess.Outcome) throws -> [[Double]] {
            let arms = try #require(try outcome.json()["arms"] as? [[String: Any]])
            return arms.compactMap { $0["pass@1_by_seed"] as? [Double] }
        }
        #expect(try shares(resumed) == shares(expected))
        #expect(try shares(resumed).count == 5)
    }

    @Test("killed with -9, its processes save and end; no run is left without an owner")
    func killed() async throws {
        let files = try study(steps: 4000)
        let running = try ablate(files)
        try await running.wait(for: "runs; writing to")
        let run = files.file("out/shared/seed-0")
        for _ in 0..<2000 where !isHeld(run) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(isHeld(run))
        running.kill(SIGKILL)
        _ = try running.wait()
        for _ in 0..<2000 where isHeld(run) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!isHeld(run))
        let log = try String(contentsOfFile: run + ".log", encoding: .utf8)
        #expect(log.contains("saving;") && log.contains("continue with --resume"))
    }
}

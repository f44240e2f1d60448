import Foundation
import GRPORuns
import Testing

@Suite("Finished stages that runs share")
struct StageStoreTests {
    /// Up to the second fine-tuning: all ways in which a stage takes from another.
    private static let recipe = SmallPipeline.recipe
        .components(separatedBy: "  - reward_model:\n")[0]

    private func store(_ run: SmallRun) -> String { run.scratch + "/stages" }

    @Test("a stage is never run twice: a second run takes it, and is the same run")
    func taken() async throws {
        let first = try SmallRun()
        try await first.execute(Self.recipe, stages: store(first))
        let second = try SmallRun()
        try await second.execute(Self.recipe, stages: store(first))
        for stage in ["base", "zero", "traces", "cold_start", "mixed"] {
            #expect(second.screen.contains("\(stage): finished at step "))
            #expect(!first.screen.contains("\(stage): finished at step "))
        }
        #expect(differences(try second.last(), try first.last()) == [])
        #expect(first.screen.contains("evaluating"))
        #expect(!second.screen.contains("evaluating"))
        // What was taken is finished like any other stage.
        second.clearScreen()
        try await second.execute(Self.recipe, resuming: true)
        #expect(second.screen.contains("mixed: finished at step 3, taken from its checkpoint"))
        #expect(differences(try second.last(), try first.last()) == [])
    }

    @Test("what differs is run, what comes before it is shared")
    func partly() async throws {
        let first = try SmallRun()
        try await first.execute(Self.recipe, stages: store(first))
        let second = try SmallRun()
        try await second.execute(
            Self.recipe, set: ["traces.num_generations=3"], stages: store(first))
        #expect(second.screen.contains("base: finished at step 4, taken from"))
        #expect(second.screen.contains("zero: finished at step 3, taken from"))
        for stage in ["traces", "cold_start", "mixed"] {
            #expect(!second.screen.contains("\(stage): finished at step "))
        }
        let third = try SmallRun()
        try await third.execute(Self.recipe, set: ["seed=4"], stages: store(first))
        #expect(!third.screen.contains("finished at step "))
    }

    @Test("a damaged stage is made again")
    func damaged() async throws {
        let first = try SmallRun()
        try await first.execute(Self.recipe, stages: store(first))
        let names = try FileManager.default.subpathsOfDirectory(atPath: store(first))
        for name in names where name.hasSuffix("/step-000004.h5") {
            let path = store(first) + "/" + name
            // The run holds the same file: it keeps its own.
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            try FileManager.default.removeItem(atPath: path)
            try bytes.write(to: URL(fileURLWithPath: path))
            try first.damage(path)
        }
        let second = try SmallRun()
        try await second.execute(Self.recipe, stages: store(first))
        #expect(second.screen.contains("warning: base is made again: "))
        #expect(second.screen.contains("zero: finished at step 3, taken from"))
        #expect(differences(try second.last(), try first.last()) == [])
    }

    @Test("damaged samples are drawn again", arguments: ["samples.jsonl", "samples.json"])
    func damagedSamples(file: String) async throws {
        let first = try SmallRun()
        try await first.execute(Self.recipe, stages: store(first))
        let names = try FileManager.default.subpathsOfDirectory(atPath: store(first))
        for name in names where name.hasSuffix("/" + file) {
            let path = store(first) + "/" + name
            try FileManager.default.removeItem(atPath: path)
            try "{}\n".write(toFile: path, atomically: true, encoding: .utf8)
        }
        let second = try SmallRun()
        try await second.execute(Self.recipe, stages: store(first))
        #expect(second.screen.contains("warning: traces is made again: "))
        #expect(differences(try second.last(), try first.last()) == [])
    }

    @Test("recipes with the same characters share what they begin with, whatever comes behind it")
    func sameCharacters() async throws {
        let first = try SmallRun()
        try await first.execute(Self.recipe, stages: store(first))
        let second = try SmallRun()
        try await second.execute(
            Self.recipe + "  - pretrain: {name: again, data: little_world, max_steps: 1}\n",
            stages: store(first))
        #expect(second.screen.contains("base: finished at step 4, taken from"))
    }

    /// A run in a directory of its own: its screen and its files.
    private static func execute(
        sharing stages: String
    ) async throws -> (screen: String, files: [String: Data]) {
        let run = try SmallRun()
        try await run.execute(recipe, stages: stages)
        return (run.screen, try run.last())
    }

    @Test("two runs at once: one makes a stage, the other waits for it")
    func together() async throws {
        let scratch = try SmallRun()
        let place = store(scratch)
        async let one = Self.execute(sharing: place)
        async let other = Self.execute(sharing: place)
        let runs = try await [one, other]
        for stage in ["base", "zero", "traces", "cold_start", "mixed"] {
            let made = runs.count { !$0.screen.contains("\(stage): finished at step ") }
            #expect(made == 1, "\(stage)")
        }
        #expect(differences(runs[0].files, runs[1].files) == [])
    }

    @Test("an interrupted stage is not shared")
    func interrupted() async throws {
        let first = try SmallRun()
        await #expect(throws: Run.Interrupted.self) {
            try await first.execute(
                Self.recipe, stages: store(first), interruptingAt: "zero 2/3  reward ")
        }
        let second = try SmallRun()
        try await second.execute(Self.recipe, stages: store(first))
        #expect(second.screen.contains("base: finished at step 4, taken from"))
        #expect(!second.screen.contains("zero: finished at step "))
        // Now another run has finished what this one began.
        try await first.execute(Self.recipe, resuming: true, stages: store(first))
        #expect(differences(try second.last(), try first.last()) == [])
    }
}

extension SmallRun {
    /// The results, of checkpoints each stage's last alone.
    fileprivate func last() throws -> [String: Data] {
        let all = try results(earlierCheckpoints: true)
        return all.filter { name, _ in
            guard name.hasPrefix("checkpoints/") else { return true }
            let stage = name.split(separator: "/").dropLast().joined(separator: "/")
            let kind = (name as NSString).pathExtension
            let others = all.keys.filter { $0.hasPrefix(stage + "/") && $0.hasSuffix(kind) }
            return others.max() == name
        }
    }
}

import Foundation
import GRPORuns
import GRPOTraining
import Testing

@Suite("The table of stages")
struct StageTableTests {
    private static let recipe = SmallPipeline.recipe
        .components(separatedBy: "  - reward_model:\n")[0]

    @Test("a row for each policy, a column for each number, over the seeds of a pipeline")
    func seeds() async throws {
        let runs = [try SmallRun(), try SmallRun()]
        try await runs[0].execute(Self.recipe)
        try await runs[1].execute(Self.recipe, set: ["seed=4"])
        defer { withExtendedLifetime(runs) {} }
        let directories = runs.map(\.directory)
        let table = try StageTable(
            directories, winRates: ["readability"], components: Components())
        #expect(
            table.columns == [
                "accuracy", "format", "language_consistency", "readability",
                "readability win rate", "mean length",
            ])
        #expect(table.rows.map(\.stage) == ["base", "zero", "cold_start", "mixed"])
        #expect(table.rows.map(\.from) == [nil, "base", "base", "base"])
        #expect(table.rows[0].cells[4] == nil)

        let samples = try directories.map { try evaluations(in: $0) }
        for (row, stage) in table.rows.enumerated() {
            let length = try #require(table.rows[row].cells[5])
            let lengths = samples.compactMap { $0[stage.stage]?.meanLength }
            #expect(length.values == lengths)
            #expect(length.mean == lengths.reduce(0, +) / 2)
        }
        let rate = try #require(table.rows[1].cells[4])
        let comparison = try directories[0].comparison(of: "zero", against: "base")
        #expect(rate.values[0] == comparison.winRates.first { $0.measure == "readability" }?.rate)
        #expect(table.markdown.split(separator: "\n").count == 6)
        #expect(table.text.contains("readability win rate"))

        // Seeds are one recipe; another setting would make the mean one of two experiments.
        #expect(try StageTable.notes(on: directories) == [])
        let recipe = try String(contentsOfFile: directories[1].recipe, encoding: .utf8)
        let other = recipe.replacing("num_generations: 2", with: "num_generations: 5")
        #expect(other != recipe)
        try other.write(toFile: directories[1].recipe, atomically: true, encoding: .utf8)
        let notes = try StageTable.notes(on: directories)
        #expect(notes.count == 1 && notes[0].contains("num_generations"), "\(notes)")
        // So each has rows of its own, though the stages are called the same.
        let apart = try StageTable(directories, components: Components())
        #expect(apart.rows.map(\.stage) == table.rows.map(\.stage) + table.rows.map(\.stage))
        #expect(
            apart.rows.map(\.recipe)
                == directories.flatMap { Array(repeating: $0.path, count: 4) })
        for (row, stage) in table.rows.enumerated() {
            #expect(stage.recipe == nil)
            #expect(stage.runs == 2 && apart.rows[row].runs == 1)
            #expect(
                [apart.rows[row], apart.rows[row + 4]].map { $0.cells[0]?.values }
                    == (stage.cells[0]?.values ?? []).map { [$0] })
        }
        #expect(apart.markdown.hasPrefix("| recipe | stage | from | accuracy |"))
        #expect(table.markdown.hasPrefix("| stage | from | accuracy |"))
    }

    @Test("accuracy and format are measures to win by, like those that the recipe names")
    func ownMeasures() async throws {
        let run = try SmallRun()
        try await run.execute(Self.recipe)
        let table = try StageTable(
            [run.directory], winRates: ["format", "accuracy"], components: Components())
        #expect(table.columns.suffix(3) == ["format win rate", "accuracy win rate", "mean length"])
        let place = try #require(table.columns.firstIndex(of: "accuracy win rate"))
        let rate = try #require(table.rows[1].cells[place])
        let comparison = try run.directory.comparison(
            of: "zero", against: "base", measures: ["accuracy"])
        #expect(rate.mean == comparison.winRates.first { $0.measure == "accuracy" }?.rate)
        // The share of pairs of samples that the one has right and the other wrong, ties halved, is
        // half the difference of the shares above a half.
        #expect(abs(rate.mean - (0.5 + comparison.difference / 2)) < 1e-12)
    }

    @Test("a stage that not all runs have come to is named")
    func unfinished() async throws {
        let runs = [try SmallRun(), try SmallRun()]
        try await runs[0].execute(Self.recipe)
        await #expect(throws: Run.Interrupted.self) {
            try await runs[1].execute(
                Self.recipe, set: ["seed=4"], interruptingAt: "mixed 1/3  loss")
        }
        defer { withExtendedLifetime(runs) {} }
        let table = try StageTable(runs.map(\.directory), components: Components())
        #expect(table.notes == ["stage mixed: of 1 of 2 runs"])
    }

    @Test("runs that agree exactly have an interval all the same; shares stay between 0 and 1")
    func agreement() async throws {
        let run = try SmallRun()
        try await run.execute(Self.recipe)
        let table = try StageTable(
            [run.directory, run.directory], components: Components())
        let alone = try StageTable([run.directory], components: Components())
        for (twice, once) in zip(table.rows, alone.rows) {
            #expect(twice.cells[0]?.interval == once.cells[0]?.interval)
            let bounds = try #require(twice.cells[0]?.interval)
            #expect(bounds.lowerBound < bounds.upperBound)
            #expect(bounds.lowerBound >= 0 && bounds.upperBound <= 1)
        }
    }

    @Test("a measure that nobody took, and a directory without evaluations, are named")
    func faults() async throws {
        let run = try SmallRun()
        try await run.execute(Self.recipe)
        let unknown = try #require(throws: RunError.self) {
            try StageTable(
                [run.directory], winRates: ["readabilty"], components: Components())
        }
        #expect(unknown.message.contains("measured by 'readabilty'"))
        #expect(unknown.remedy.hasPrefix("did you mean 'readability'?"))
        #expect(throws: RunError.self) {
            try StageTable(
                [RunDirectory(path: run.scratch + "/none")], components: Components())
        }
    }

    private func evaluations(in directory: RunDirectory) throws -> [String: EvaluationResult] {
        let data = try Data(contentsOf: URL(fileURLWithPath: directory.evaluations))
        let results = try JSONDecoder().decode([EvaluationResult].self, from: data)
        return Dictionary(uniqueKeysWithValues: results.map { ($0.stage, $0) })
    }
}

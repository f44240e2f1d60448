import Foundation
import GRPOTraining

extension StageTable {
    /// The table of finished or unfinished runs of one pipeline, such as its seeds.
    ///
    /// - Parameter winRates: the measures by which each stage is compared with the one it began with.
    /// - Throws: `RunError` for a directory that holds no evaluations.
    package init(
        _ directories: [RunDirectory], winRates: [String] = [], components: Components
    ) throws {
        let evaluations = try directories.map { directory in
            let results = EvaluationFile.results(in: directory)
            guard !results.isEmpty else {
                throw RunError(
                    .input, path: directory.path,
                    "found no evaluations, expected those of a run",
                    remedy: "name the directory of a run that has finished a stage")
            }
            return results
        }
        let recipes = try Self.recipes(of: directories)
        self.init(
            try zip(directories, zip(evaluations, recipes)).map { directory, found in
                let (results, recipeName) = found
                let measured = Set(results.flatMap { $0.measures.map(\.name) })
                    .union(EvaluationSamples.ownMeasures)
                if let unknown = winRates.first(where: { !measured.contains($0) }) {
                    throw RunError(
                        .input, path: directory.path,
                        "found no evaluation measured by '\(unknown)', expected one",
                        remedy: NearestName.remedy(for: unknown, among: measured.sorted())
                            + "; another is measured if evaluation.measures names it")
                }
                let recipe = try Recipe.read(file: directory.recipe, components: components)
                let parents = Self.parents(recipe)
                var comparisons: [String: PairedComparison] = [:]
                for (stage, parent) in parents
                where Self.hasSamples(stage, directory) && Self.hasSamples(parent, directory) {
                    comparisons[stage] = try directory.comparison(
                        of: stage, against: parent, measures: winRates)
                }
                return Evidence(
                    recipe: recipeName, results: results, parents: parents,
                    comparisons: comparisons)
            }, winRates: winRates)
    }

    /// What the recipe of each run is called: the first run that has it, told apart by everything
    /// but what seeds of one recipe differ in.
    private static func recipes(of directories: [RunDirectory]) throws -> [String] {
        var known: [(recipe: RecipeNode, name: String)] = []
        return try directories.map { directory in
            let recipe = try RecipeReader.read(file: directory.recipe)
            if let same = known.first(where: { differences($0.recipe, recipe).isEmpty }) {
                return same.name
            }
            known.append((recipe, directory.path))
            return directory.path
        }
    }

    private static func differences(_ one: RecipeNode, _ other: RecipeNode) -> [String] {
        RecipeDifference.all(from: one, to: other).map(\.path)
            .filter { !["seed", "name", "threads"].contains($0) }
    }

    /// Where the recipes of these runs part in more than seed, name and threads: a line for each run
    /// that differs from the first.
    package static func notes(on directories: [RunDirectory]) throws -> [String] {
        guard let first = directories.first else { return [] }
        let recipe = try RecipeReader.read(file: first.recipe)
        return try directories.dropFirst().compactMap { directory in
            let other = try RecipeReader.read(file: directory.recipe)
            let differences = Self.differences(recipe, other)
            guard !differences.isEmpty else { return nil }
            let rest = differences.count > 3 ? " and \(differences.count - 3) more" : ""
            return "\(directory.path) has another recipe than \(first.path), so its stages have "
                + "rows of their own: " + differences.prefix(3).joined(separator: ", ") + rest
        }
    }

    /// Stages that not all runs of their recipe have come to.
    package var notes: [String] {
        let most = Dictionary(rows.map { ($0.recipe, $0.runs) }, uniquingKeysWith: max)
        return rows.compactMap { row in
            guard let all = most[row.recipe], row.runs < all else { return nil }
            return "stage \(row.stage): of \(row.runs) of \(all) runs"
        }
    }

    /// Whose policy each stage begins with.
    private static func parents(_ recipe: Recipe) -> [String: String] {
        let graph = StageGraph(recipe)
        var parents: [String: String] = [:]
        for (index, stage) in graph.stages.enumerated() {
            switch graph.beginning(of: index) {
            case .stage(let parent): parents[stage.name] = graph.stages[parent].name
            case .model where recipe.model.isFile: parents[stage.name] = StagePlacement.loaded
            case .model, .shape: break
            }
        }
        return parents
    }

    private static func hasSamples(_ stage: String, _ directory: RunDirectory) -> Bool {
        FileManager.default.fileExists(atPath: directory.evaluationSamples(stage: stage))
    }
}

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
        self.init(
            try directories.map { directory in
                let results = EvaluationFile.results(in: directory)
                guard !results.isEmpty else {
                    throw RunError(
                        .input, path: directory.path,
                        "found no evaluations, expected those of a run",
                        remedy: "name the directory of a run that has finished a stage")
                }
                let measured = Set(results.flatMap { $0.measures.map(\.name) })
                if let unknown = winRates.first(where: { !measured.contains($0) }) {
                    throw RunError(
                        .input, path: directory.path,
                        "found no evaluation measured by '\(unknown)', expected one",
                        remedy: measured.isEmpty
                            ? "name it in the recipe's evaluation.measures and run again"
                            : NearestName.remedy(for: unknown, among: measured.sorted()))
                }
                let recipe = try Recipe.read(file: directory.recipe, components: components)
                let parents = Self.parents(recipe)
                var comparisons: [String: PairedComparison] = [:]
                for (stage, parent) in parents
                where Self.hasSamples(stage, directory) && Self.hasSamples(parent, directory) {
                    comparisons[stage] = try directory.comparison(of: stage, against: parent)
                }
                return Evidence(results: results, parents: parents, comparisons: comparisons)
            }, winRates: winRates)
    }

    /// Where the recipes of these runs part in more than seed and name: means over them are then no
    /// means over seeds. A line for each run that differs from the first.
    package static func notes(on directories: [RunDirectory]) throws -> [String] {
        guard let first = directories.first else { return [] }
        let recipe = try RecipeReader.read(file: first.recipe)
        return try directories.dropFirst().compactMap { directory in
            let differences = RecipeDifference.all(
                from: recipe, to: try RecipeReader.read(file: directory.recipe)
            ).map(\.path).filter { !["seed", "name", "threads"].contains($0) }
            guard !differences.isEmpty else { return nil }
            let rest = differences.count > 3 ? " and \(differences.count - 3) more" : ""
            return "\(directory.path) has another recipe than \(first.path): "
                + differences.prefix(3).joined(separator: ", ") + rest
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

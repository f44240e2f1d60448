import Foundation
import GRPORuns

/// The recipe of a text, as from a file `r.yaml`.
func loadRecipe(
    _ text: String, set overrides: [String] = [], requiringModel: Bool = false
) throws -> (recipe: Recipe, departures: [Departure]) {
    let directory = NSTemporaryDirectory() + "grpo-recipe-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try text.write(toFile: directory + "/r.yaml", atomically: true, encoding: .utf8)
    return try Recipe.load(
        file: directory + "/r.yaml", overrides: overrides, components: Components(),
        requiringModel: requiringModel)
}

/// What is wrong with it, without the directory of the file and without remedies.
func recipeProblems(
    _ text: String, set overrides: [String] = [], requiringModel: Bool = false
) -> [String] {
    do {
        _ = try loadRecipe(text, set: overrides, requiringModel: requiringModel)
        return []
    } catch let error as RecipeError {
        return error.problems.map { problem in
            let place = "\(problem.place)".split(separator: "/").last.map(String.init) ?? ""
            return place + ": " + problem.message
        }
    } catch {
        return ["\(error)"]
    }
}

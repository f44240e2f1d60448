import Foundation
import Testing

@Suite("The recipes that are shipped")
struct ShippedRecipeTests {
    private static let recipes = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Recipes").path

    @Test(
        "the recipes that need nothing fetched pass --dry-run",
        arguments: [
            "quickstart", "curriculum", "problem-pool", "r1-zero", "r1", "r1-without-language",
            "r1-distill",
        ])
    func dryRun(name: String) throws {
        let outcome = try GrpoProcess.run(
            "run", Self.recipes + "/\(name).yaml", "--dry-run", "--json")
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try outcome.json()["name"] as? String == name)
    }
}

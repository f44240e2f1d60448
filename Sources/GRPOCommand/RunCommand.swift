import ArgumentParser
import Foundation
import GRPOCPU
import GRPORuns
import GRPOTensors
import GRPOTraining

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a recipe, stage by stage.")

    @Argument(help: "The recipe, a YAML file.")
    var recipe: String

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: "Override a setting, such as seed=1 or grpo.beta=0. May be repeated.")
    var overrides: [String] = []

    @Option(help: "The run directory; by default runs/NAME.")
    var output: String?

    @Flag(help: "Continue the run in the directory.")
    var resume = false

    @Flag(help: "Check the recipe and print it in full; run nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON document at the end.")
    var json = false

    func run() async throws {
        let (recipe, departures) = try Recipe.load(
            file: recipe, overrides: overrides, components: Session.components,
            requiringModel: true)
        for departure in departures { Console.error("note: \(departure)") }
        if dryRun { return show(recipe) }
        let directory = RunDirectory(path: output ?? "runs/\(recipe.name ?? "run")")
        let compute = try ComputeOptions.compute(
            precision: recipe.precision, threads: recipe.threads)
        Console.error("\(compute.backend.name); writing to \(directory.path)")
        let interruption = Interruption()
        let signals = InterruptHandler(interruption)
        defer { withExtendedLifetime(signals) {} }
        let run = Run(
            recipe, directory: directory, compute: compute, printer: ProgressPrinter(),
            interruption: interruption)
        let summary = try await run.execute(resuming: resume)
        try RunReport.write(directory)
        if json {
            Console.json(summary)
        } else {
            Console.print(
                RunReport.closing(
                    summary, directory: directory, program: CommandLine.arguments[0]))
        }
    }
}

extension RunCommand {
    private func show(_ recipe: Recipe) {
        if json {
            Console.json(JSONValue(encoding: recipe))
        } else {
            Console.print(ResolvedRecipe.text(of: recipe))
        }
    }
}

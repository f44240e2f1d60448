import ArgumentParser
import Foundation
import GRPOCPU
import GRPOJSON
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

    @Option(
        help: "A directory in which runs share finished stages: none of them is run twice.")
    var stages: String?

    @Flag(help: "Continue the run in the directory.")
    var resume = false

    @Flag(help: "Check the recipe, print it in full and what it takes of memory; run nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON document at the end.")
    var json = false

    func run() async throws {
        let (recipe, departures) = try Recipe.load(
            file: recipe, overrides: overrides, components: Session.components,
            requiringModel: true)
        for departure in departures { Console.error("note: \(departure)") }
        let compute = try ComputeOptions.compute(
            precision: recipe.precision, threads: recipe.threads)
        if dryRun { return try show(recipe, MemoryPlan(recipe, backend: compute.backend)) }
        let directory = RunDirectory(path: output ?? "runs/\(recipe.name ?? "run")")
        let interruption = Interruption()
        let signals = InterruptHandler(interruption)
        defer { withExtendedLifetime(signals) {} }
        Console.error("\(compute.backend.name); writing to \(directory.path)")
        let run = Run(
            recipe, directory: directory, compute: compute, printer: ProgressPrinter(),
            interruption: interruption, stages: stages)
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
    /// The recipe on standard output, so that it can be saved as one; what it takes of memory beside
    /// it.
    private func show(_ recipe: Recipe, _ plan: MemoryPlan) throws {
        Console.error(plan.table.text)
        try plan.check()
        try plan.checkTexts(of: recipe)
        guard json else { return Console.print(ResolvedRecipe.text(of: recipe)) }
        let memory = JSONValue.Member(key: "memory", value: JSONValue(encoding: plan))
        Console.json(JSONValue.object((JSONValue(encoding: recipe).members ?? []) + [memory]))
    }
}

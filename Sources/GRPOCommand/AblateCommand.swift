import ArgumentParser
import Foundation
import GRPOJSON
import GRPORuns

/// `grpo ablate STUDY.yaml`.
struct AblateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ablate",
        abstract: "Run a study: arms of one recipe over several seeds, judged alike.")

    @Argument(help: "The study, a YAML file.")
    var study: String

    @Option(help: "The study's directory; by default runs/NAME.")
    var output: String?

    @Flag(help: "Continue the study in the directory: what is done is not run again.")
    var resume = false

    @Flag(help: "Check every arm and print what would run; run nothing.")
    var dryRun = false

    @Flag(help: "Print one JSON document at the end.")
    var json = false

    func run() async throws {
        let study = try Study.load(file: study)
        let plan = try StudyPlan(study, components: Session.components)
        let directory = StudyDirectory(path: output ?? "runs/\(study.name)")
        if dryRun { return show(plan, directory.finished(plan)) }
        let interruption = Interruption()
        let signals = InterruptHandler(interruption)
        defer { withExtendedLifetime(signals) {} }
        Console.error("\(plan.allJobs.count) runs; writing to \(directory.path)")
        let runner = StudyRunner(
            plan, directory: directory, launcher: try ProcessLauncher(),
            printer: ProgressPrinter(), interruption: interruption)
        let table = try await runner.execute(resuming: resume)
        if json {
            Console.json(table.json)
        } else {
            Console.print("\n\(table.text)\n\nopen \(directory.report)   (the curves of all arms)")
        }
    }

    private func show(_ plan: StudyPlan, _ finished: Set<String>) {
        if json {
            Console.json(plan.json(finished: finished))
        } else {
            Console.print(plan.text(finished: finished))
        }
    }
}

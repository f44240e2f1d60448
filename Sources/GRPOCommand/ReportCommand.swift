import ArgumentParser
import GRPORuns

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "One page with the curves of one or several runs.")

    @Argument(help: "Run directories.")
    var runs: [String]

    @Option(help: "The page; by default report.html in the first run.")
    var output: String?

    @Option(help: "Also write a picture of reward and length, an SVG file.")
    var picture: String?

    func validate() throws {
        guard !runs.isEmpty else { throw ValidationError("name at least one run directory") }
    }

    func run() async throws {
        let directories = runs.map(RunDirectory.init)
        let page = output ?? directories[0].report
        try RunReport.write(directories, to: page)
        Console.print(page)
        if let picture {
            try RunReport.writePicture(directories, to: picture)
            Console.print(picture)
        }
    }
}

import ArgumentParser
import GRPOJSON
import GRPORuns

struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "One page with the curves of one or several runs, or the table of their stages.")

    @Argument(help: "Run directories.")
    var runs: [String]

    @Option(help: "The page; by default report.html in the first run.")
    var output: String?

    @Option(help: "Also write a picture of reward and length, an SVG file.")
    var picture: String?

    @Option(
        help: """
            Instead of a page, print what each stage made of its policy over all runs, the seeds of \
            a recipe, with Student's 95% intervals: text, markdown or json. Of several recipes each \
            has rows of its own.
            """)
    var stages: StageTableFormat?

    @Option(
        help: """
            In that table, also how often a stage beats the one it began with, by this measure of \
            the evaluation, format or accuracy; can be repeated.
            """)
    var winRate: [String] = []

    func validate() throws {
        guard !runs.isEmpty else { throw ValidationError("name at least one run directory") }
        if stages != nil, output != nil || picture != nil {
            throw ValidationError("--stages prints a table; leave --output and --picture out")
        }
        if stages == nil, !winRate.isEmpty {
            throw ValidationError("--win-rate is a column of a table; give --stages text beside it")
        }
    }

    func run() async throws {
        let directories = runs.map(RunDirectory.init)
        for note in RunReport.notes(on: directories) { Console.error("note: " + note) }
        if let stages {
            let table = try StageTable(
                directories, winRates: winRate, components: Session.components)
            for note in try StageTable.notes(on: directories) + table.notes {
                Console.error("note: " + note)
            }
            switch stages {
            case .text: Console.print(table.text)
            case .markdown: Console.print(table.markdown)
            case .json: Console.print(JSONValue(encoding: table).prettyText)
            }
            return
        }
        let page = output ?? directories[0].report
        try RunReport.write(directories, to: page)
        Console.print(page)
        if let picture {
            try RunReport.writePicture(directories, to: picture)
            Console.print(picture)
        }
    }
}

/// How a table of stages is printed.
enum StageTableFormat: String, ExpressibleByArgument, CaseIterable {
    case text, markdown, json
}

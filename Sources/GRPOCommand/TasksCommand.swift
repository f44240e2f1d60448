import ArgumentParser
import GRPORuns
import GRPOTasks
import GRPOTensors

struct TasksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks", abstract: "The tasks a recipe can name, and samples of them.",
        subcommands: [List.self, Sample.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Names and summaries.")

        func run() async throws {
            let tasks = Session.components.tasks
            for name in tasks.names { Console.print("\(name): \(tasks[name]!.summary)") }
        }
    }

    struct Sample: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Some problems of a task.")

        @Argument(help: "The task as in a recipe: sums, or '{sums: {digits: 3}}'.")
        var task: String?

        @Option(parsing: .unconditional, help: "Problems.")
        var count = 5

        @Option(help: "Names the random numbers.")
        var seed: UInt64 = 0

        @Flag(help: "Held-out problems instead of training ones.")
        var test = false

        @Flag(help: "Print one JSON document.")
        var json = false

        func validate() throws {
            guard task != nil else {
                throw ValidationError(
                    "name a task: " + Session.components.tasks.names.joined(separator: ", "))
            }
            guard count >= 1 else {
                throw ValidationError("--count must be at least 1, found \(count)")
            }
        }

        func run() async throws {
            let source = try TaskSetting.parse(task ?? "", components: Session.components).source
            let problems: [Problem]
            if test {
                problems = source.testProblems(limit: count, seed: seed)
            } else {
                guard source.trainingCount() != 0 else {
                    throw InputError(
                        "task \(type(of: source).name) has no training problems; add --test for the "
                            + "held-out ones, or name a train_file")
                }
                let stream = RandomStream(seed: seed, name: "tasks/sample")
                problems = (0..<count).map { index in
                    var generator: any RandomNumberGenerator = stream.generator(
                        step: 1, slot: index)
                    return source.problem(index, split: .train, using: &generator)
                }
            }
            if json {
                Console.json(problems)
            } else {
                for problem in problems {
                    Console.print("\(problem.prompt)\n  answer: \(problem.answer)")
                }
            }
        }
    }
}

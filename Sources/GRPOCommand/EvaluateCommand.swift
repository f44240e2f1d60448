import ArgumentParser
import Foundation
import GRPORollouts
import GRPORuns
import GRPOTasks
import GRPOTraining

extension PromptStyle: ExpressibleByArgument {}

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measure a policy on a task's held-out problems.")

    @Option(help: "A checkpoint, a run directory (RUN or RUN:STAGE) or a .gguf file.")
    var model: String

    @Option(
        help: """
            The task as in a recipe: sums, or '{sums: {digits: 3}}'. A run's own task by its name, or \
            without this option, is meant with the options of its recipe.
            """)
    var task: String?

    @Option(
        help: "How the question is put: plain, r1_zero or chat; by default as in the run, or plain."
    )
    var prompt: PromptStyle?

    @Option(parsing: .unconditional, help: "Completions of each problem.")
    var samples = 4

    @Option(
        parsing: .unconditional, help: "Problems; by default all that are held out, at most 500.")
    var limit: Int?

    @Option(parsing: .unconditional, help: "Of sampling; 0 is greedy.")
    var temperature = 1.0

    @Option(parsing: .unconditional, help: "Sample from the most probable tokens of this mass.")
    var topP = 1.0

    @Option(
        parsing: .unconditional,
        help: """
            Tokens of a completion at most; by default as in the run, or 512, or what the model has \
            place for.
            """)
    var maxTokens: Int?

    @Option(parsing: .unconditional, help: "Names the random numbers.")
    var seed: UInt64 = 0

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        if let limit, limit < 1 {
            throw ValidationError("--limit must be at least 1, found \(limit)")
        }
        if let maxTokens, maxTokens < 1 {
            throw ValidationError("--max-tokens must be at least 1, found \(maxTokens)")
        }
    }

    func run() async throws {
        let recipe = try PolicyFile.recipe(of: model, components: Session.components)
        let source = try self.source(recipe)
        let prompt = self.prompt ?? recipe?.prompt ?? .plain
        let problems = source.testProblems(limit: limit ?? 500, seed: 0)
        let settings = EvaluationSettings(
            problems: problems.count, samples: samples, temperature: temperature, topP: topP)
        if let problem = settings.rangeProblems().first {
            let option = problem.key.replacingOccurrences(of: "_", with: "-")
            throw InputError("--\(option): \(problem.message)")
        }
        let backend = try compute.compute().backend
        let policy = try PolicyFile.load(model, backend: backend)
        let longest =
            try problems.map {
                try prompt.encode($0, with: policy.tokenizer).count
            }.max() ?? 0
        let evaluator = Evaluator(
            task: source, prompt: prompt, settings: settings,
            maxCompletionLength: maxTokens
                ?? policy.place(
                    after: longest, atMost: recipe?.evaluationLength ?? 512),
            seed: seed)
        let printer = ProgressPrinter()
        let result = try evaluator.run(policy, stage: model) {
            done, total, _ in
            printer.update("evaluating \(done)/\(total)")
        }
        printer.finish()
        if json {
            Console.json(result)
        } else {
            // In a column the name says enough; the document keeps the path.
            var shown = result
            shown.stage = (model as NSString).lastPathComponent
            Console.print(EvaluationResult.table([shown]).text)
        }
    }

    /// The task that is meant: the run's, where it is the run's.
    private func source(_ recipe: Recipe?) throws -> any ProblemSource {
        let own = recipe.map { $0.evaluation.task ?? $0.task }
        if let own, task == nil || task == own.name {
            if let problem = own.source.problems().first {
                throw InputError("the run's task \(own.name): \(problem.key): \(problem.message)")
            }
            return own.source
        }
        guard let task else {
            throw InputError("--task: a model that is no run needs one, such as --task sums")
        }
        return try TaskSetting.parse(task, components: Session.components).source
    }
}

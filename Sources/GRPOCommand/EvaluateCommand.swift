import ArgumentParser
import Foundation
import GRPOModels
import GRPORewards
import GRPORollouts
import GRPORuns
import GRPOTasks
import GRPOTokenizers
import GRPOTraining

extension PromptStyle: ExpressibleByArgument {}

struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a policy on a task's held-out problems, or compare two.")

    @Option(
        help: """
            A checkpoint, a run directory (RUN or RUN:STAGE), a Hugging Face directory or a .gguf \
            file; or the samples (.jsonl) that an earlier evaluation has saved.
            """)
    var model: String

    @Option(
        help: """
            Another of these, asked the same problems: prints the difference, its interval, wins, \
            losses and ties, and the sign test.
            """)
    var against: String?

    @Option(
        help: """
            The task as in a recipe: sums, or '{sums: {digits: 3}}'. A run's own task by its name, or \
            without this option, is meant with the options of its recipe.
            """)
    var task: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: """
            How the question is put: plain, r1_zero or chat; by default as the run's recipe puts it, \
            and to a model that is no run as chat where it has a chat template, else plain. Give it \
            again to try several.
            """)
    var prompt: [PromptStyle] = []

    @OptionGroup var sampling: EvaluateOptions

    @Option(parsing: .unconditional, help: "Names the random numbers.")
    var seed: UInt64 = 0

    @Option(
        help: """
            A directory for results_DATE.json and samples_TASK_DATE.jsonl, as \
            lm-evaluation-harness writes them.
            """)
    var output: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    @OptionGroup var compute: ComputeOptions

    func validate() throws {
        if against != nil, prompt.count > 1 {
            throw ValidationError("--against compares under one --prompt, found \(prompt.count)")
        }
        if Self.isSamplesFile(model), output != nil {
            throw ValidationError("--output saves what is sampled, and --model names saved samples")
        }
        let ignored = (prompt.isEmpty ? [] : ["--prompt"]) + sampling.drawing
        if Self.isSamplesFile(model), !ignored.isEmpty {
            throw ValidationError(
                "--model names saved samples, which are drawn already; leave out "
                    + ignored.joined(separator: ", "))
        }
        if Self.isSamplesFile(model), let against, !Self.isSamplesFile(against) {
            throw ValidationError(
                "--model names samples and --against a model; exchange them, so that the model is "
                    + "asked the problems of the samples")
        }
    }

    func run() async throws {
        let start = Date()
        // First what can be wrong at once, then what takes its time.
        _ = try measures()
        var saved: EvaluationOfModel?
        if let against, Self.isSamplesFile(against) { saved = try await self.saved(against) }
        let evaluations: [EvaluationOfModel]
        if Self.isSamplesFile(model) {
            evaluations = [try await self.saved(model)]
        } else {
            evaluations = try await sampled()
        }
        guard let against else { return try report(evaluations, nil, start) }
        let other: EvaluationOfModel
        if let saved {
            other = saved
        } else {
            other = try await evaluations[0].repeated(by: against, command: self)
        }
        let comparison = try PairedComparison(evaluations[0].samples, against: other.samples)
        try report(evaluations + [other], comparison, start)
    }

    static func isSamplesFile(_ name: String) -> Bool { name.hasSuffix(".jsonl") }

    // MARK: - Evaluating

    /// The model under each prompt.
    private func sampled() async throws -> [EvaluationOfModel] {
        let recipe = try PolicyFile.recipe(of: model, components: Session.components)
        let task = try self.task(recipe)
        let problems = task.source.testProblems(limit: sampling.limit ?? 500, seed: 0)
        guard !problems.isEmpty else {
            throw InputError(
                "--task: \(task.name) holds out 0 problems; hold some out, or name another task")
        }
        let settings = sampling.settings(problems: problems.count)
        try sampling.check(settings)
        let measures = try measures()
        let compute = try compute.compute()
        let policy = try PolicyFile.load(model, backend: compute.backend)
        let positions = try against.flatMap { name in
            Self.isSamplesFile(name) ? nil : try PolicyFile.configuration(name).maxPositions
        }
        var evaluations: [EvaluationOfModel] = []
        for style in prompt.isEmpty ? [style(recipe, policy)] : prompt {
            let asking = try EvaluationPrompt(
                task: task.source, style: style, settings: settings)
            let longest =
                try problems.map { try asking.ask($0, with: policy.tokenizer).ids.count }.max() ?? 0
            let place = policy.place(after: longest, atMost: recipe?.evaluationLength ?? 512)
            let length = sampling.maxTokens ?? min(place, max(1, (positions ?? .max) - longest))
            let evaluator = Evaluator(
                task: task.source, prompt: style, settings: settings, maxCompletionLength: length,
                seed: seed, measures: measures)
            evaluations.append(
                try await EvaluationOfModel(
                    model, policy: policy, task: task, evaluator: evaluator,
                    environment: compute.environment))
        }
        return evaluations
    }

    /// How the question is put where no option says it: as in the run, else as the model was taught.
    private func style(_ recipe: Recipe?, _ policy: Policy) -> PromptStyle {
        if let recipe { return recipe.prompt }
        guard policy.tokenizer.description.chatTemplate != nil else { return .plain }
        Console.error(
            "note: \(model): asked with its chat template; --prompt plain asks without it")
        return .chat
    }

    /// The samples of an earlier evaluation; measures that are named are taken of them.
    private func saved(_ file: String) async throws -> EvaluationOfModel {
        var samples = try SamplesFile.read(file)
        let measures = try measures()
        if !measures.isEmpty {
            let recipe =
                Self.isSamplesFile(model)
                ? nil : try PolicyFile.recipe(of: model, components: Session.components)
            guard task != nil || recipe != nil else {
                throw InputError("--measure: saved samples need --task, the task they are of")
            }
            try await samples.measure(by: measures, task: self.task(recipe).source, seed: seed)
        }
        let settings = sampling.settings(of: samples)
        try sampling.check(settings)
        return EvaluationOfModel(file, samples: samples, settings: settings)
    }

    private func measures() throws -> [any RewardFunction] {
        let terms = try sampling.measure.map {
            try RewardSetting.parse($0, components: Session.components).term
        }
        if let asking = terms.first(where: { $0.function is any ModelReward }) {
            throw InputError(
                "--measure \(asking.name): asks the model of a recipe's stage and scores in its "
                    + "rewards alone; measure what that was taught, such as brief_and_polite")
        }
        if !terms.isEmpty, let problem = RewardSet(terms).problems().first {
            throw InputError("--measure \(problem.key): \(problem.message)")
        }
        for term in terms where term.settings != RewardTerm.Settings() {
            throw InputError(
                "--measure \(term.name): a measure stands for itself and has neither weight nor gate"
            )
        }
        return terms.map(\.function)
    }

    /// The task that is meant: the run's, where it is the run's.
    private func task(_ recipe: Recipe?) throws -> TaskSetting {
        let own = recipe.map { $0.evaluation.task ?? $0.task }
        if let own, task == nil || task == own.name {
            if let problem = own.source.problems().first {
                throw InputError("the run's task \(own.name): \(problem.key): \(problem.message)")
            }
            return own
        }
        guard let task else {
            throw InputError("--task: a model that is no run needs one, such as --task sums")
        }
        return try TaskSetting.parse(task, components: Session.components)
    }
}

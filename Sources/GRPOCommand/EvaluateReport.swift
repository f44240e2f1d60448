import Foundation
import GRPORollouts
import GRPORuns
import GRPOTasks
import GRPOTraining

/// One model's evaluation, with what is needed to ask another model the same.
struct EvaluationOfModel {
    /// The model as it was named.
    let name: String
    let result: EvaluationResult
    let samples: EvaluationSamples
    /// Nil for samples that were read.
    let made: (task: TaskSetting, evaluator: Evaluator, environment: RunEnvironment)?

    /// Evaluates a policy, its progress on standard error.
    init(
        _ name: String, policy: Policy, task: TaskSetting, evaluator: Evaluator,
        environment: RunEnvironment
    ) async throws {
        self.name = name
        let printer = ProgressPrinter()
        (result, samples) = try await evaluator.evaluate(policy, stage: name) { done, total, _ in
            printer.update("evaluating \(done)/\(total)")
        }
        printer.finish()
        made = (task, evaluator, environment)
    }

    init(_ file: String, samples: EvaluationSamples, settings: EvaluationSettings) {
        name = file
        self.samples = samples
        result = EvaluationResult(samples, settings: settings, prompt: "as saved")
        made = nil
    }

    /// The same problems put to another model in the same way.
    func repeated(
        by other: String, command: EvaluateCommand
    ) async throws -> EvaluationOfModel {
        guard let made else { preconditionFailure("samples of \(name) cannot be drawn again") }
        let compute = try command.compute.compute()
        let policy = try PolicyFile.load(other, backend: compute.backend)
        return try await EvaluationOfModel(
            other, policy: policy, task: made.task, evaluator: made.evaluator,
            environment: compute.environment)
    }
}

extension EvaluateCommand {
    private struct Several: Encodable {
        var evaluations: [EvaluationResult]
        var comparison: PairedComparison?
    }

    /// Prints and saves what was found.
    func report(
        _ evaluations: [EvaluationOfModel], _ comparison: PairedComparison?, _ start: Date
    ) throws {
        try save(evaluations, start)
        let results = evaluations.map(\.result)
        let taken = Set(evaluations.flatMap { $0.samples.measureNames })
        for name in taken.subtracting(results.flatMap { $0.measures.map(\.name) }).sorted() {
            Console.error("note: measure \(name) says nothing about any of these problems")
        }
        for evaluation in evaluations where !evaluation.samples.missing.isEmpty {
            let count = evaluation.samples.problems.count
            let missing = evaluation.samples.missing.map { "\($0.name) of \($0.problems)" }
            Console.error(
                "note: \(evaluation.name) does not say \(missing.joined(separator: ", ")) of its "
                    + "\(count) problems; what hangs on them leaves these out")
        }
        if json {
            if results.count == 1 {
                Console.json(results[0])
            } else {
                Console.json(Several(evaluations: results, comparison: comparison))
            }
            return
        }
        // In a column the name says enough; the document keeps the path.
        let shown = evaluations.map { evaluation in
            var result = evaluation.result
            result.stage = (evaluation.name as NSString).lastPathComponent
            if prompt.count > 1 { result.stage += " " + (result.conditions?.prompt ?? "") }
            return result
        }
        Console.print(EvaluationResult.table(shown).text)
        if let only = shown.first, shown.count == 1 {
            Console.print("\n" + only.details.text)
        }
        if let comparison { Console.print("\n" + comparison.text) }
    }

    private func save(_ evaluations: [EvaluationOfModel], _ start: Date) throws {
        guard let output else { return }
        for name in Set(evaluations.map(\.name)) {
            let own = evaluations.filter { $0.name == name }
            guard let environment = own.first?.made?.environment else { continue }
            let files = HarnessFiles(
                model: name, environment: environment, seed: seed, start: start,
                seconds: Date().timeIntervalSince(start))
            let entries = own.compactMap { evaluation in
                evaluation.made.map { made in
                    let source = made.task.source
                    return HarnessFiles.Entry(
                        name: made.task.name
                            + (own.count > 1 ? "_" + made.evaluator.prompt.rawValue : ""),
                        result: evaluation.result, samples: evaluation.samples, task: made.task,
                        // Problems that are made, and not read, may have no end.
                        heldOut: source.files.isEmpty
                            ? nil : source.testProblems(limit: .max, seed: 0).count)
                }
            }
            for path in try files.write(entries, to: output) { Console.error("wrote \(path)") }
        }
    }
}

extension PairedComparison {
    /// For people.
    fileprivate var text: String {
        func number(_ value: Double) -> String { ShortNumber.fixed(value) }
        let lines =
            [
                "\(problems) problems, \(stage) against \(against):",
                "  pass@1 difference \(number(difference)) \(EvaluationResult.bounds(interval))",
                "  better on \(wins), worse on \(losses), equal on \(ties); sign test p "
                    + ShortNumber.text(signTest, digits: 2),
            ]
            + winRates.map {
                "  wins \(number($0.rate)) \(EvaluationResult.bounds($0.interval)) by \($0.measure)"
                    + ", \($0.problems) problems"
            }
        return lines.joined(separator: "\n")
    }
}

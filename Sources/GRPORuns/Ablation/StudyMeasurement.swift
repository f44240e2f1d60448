import Foundation
import GRPOJSON
import GRPORewards
package import GRPOTraining

/// What one run of a study came to.
package struct StudyMeasurement: Sendable {
    package var arm: String
    package var seed: Int
    /// By the judge.
    package var evaluation: EvaluationResult
    /// The run's own (`HackGap`), the mean over the last steps; nil where it has none.
    package var hackGap: Double?
    /// Of the arm's own stages; nil for what arms share.
    package var seconds: Double?
    /// Tokens that the arm's own stages were trained on, prompts included.
    package var tokens: Int?
    /// The lines of its own stages' metrics.
    package var records: [MetricsRecord]

    package init(
        arm: String, seed: Int, evaluation: EvaluationResult, hackGap: Double? = nil,
        seconds: Double? = nil, tokens: Int? = nil, records: [MetricsRecord] = []
    ) {
        self.arm = arm
        self.seed = seed
        self.evaluation = evaluation
        self.hackGap = hackGap
        self.seconds = seconds
        self.tokens = tokens
        self.records = records
    }
}

extension StudyPlan {
    /// What the runs that are done came to, in the order of the arms and then of the seeds.
    ///
    /// - Throws: `RunError` where a finished run has lost its evaluations.
    package func measurements(in directory: StudyDirectory) throws -> [StudyMeasurement] {
        let done = jobs.filter(directory.isFinished)
        return try study.arms.flatMap { arm -> [StudyMeasurement] in
            if arm.control == .noTraining {
                return try done.filter { $0.arm == study.reference.name }.map { job in
                    StudyMeasurement(
                        arm: arm.name, seed: job.seed,
                        evaluation: try evaluation(of: untrained, job, directory))
                }
            }
            return try done.filter { $0.arm == arm.name }.map { try measured($0, directory) }
        }
    }

    private func evaluation(
        of stage: String, _ job: StudyJob, _ directory: StudyDirectory
    ) throws(RunError) -> EvaluationResult {
        let run = directory.run(job)
        guard let found = EvaluationFile.results(in: run).first(where: { $0.stage == stage })
        else {
            throw RunError(
                .failure, path: run.evaluations, "found no evaluation of stage \(stage)",
                remedy: "remove \(directory.mark(job)) and use --resume")
        }
        return found
    }

    private func measured(
        _ job: StudyJob, _ directory: StudyDirectory
    ) throws(RunError) -> StudyMeasurement {
        let run = directory.run(job)
        let own = Set(job.recipe.stages.dropFirst(commonStages).map(\.name))
        let records = MetricsReader.records(path: run.metrics).filter { own.contains($0.stage) }
        let seconds = MetricsReader.records(path: run.timings).filter { own.contains($0.stage) }
            .compactMap { $0.number("step_time") }
        let tokens = own.compactMap { stage in
            records.last { $0.stage == stage }?.number("num_tokens")
        }
        return StudyMeasurement(
            arm: job.arm ?? "", seed: job.seed,
            evaluation: try evaluation(of: job.judged ?? "", job, directory),
            hackGap: Self.hackGap(job.recipe, records),
            seconds: seconds.reduce(0, +),
            tokens: tokens.isEmpty ? nil : Int(tokens.reduce(0, +)), records: records)
    }

    /// The mean of `hack_gap/rollouts` over the last tenth of the last reinforced stage's steps, at
    /// least five; nil where none of them has it.
    package static func hackGap(_ recipe: Recipe, _ records: [MetricsRecord]) -> Double? {
        let reinforced = recipe.stages.last { if case .grpo = $0 { true } else { false } }
        guard let stage = reinforced?.name else { return nil }
        let steps = records.filter { $0.stage == stage }
        let values = steps.suffix(max(5, steps.count / 10))
            .compactMap { $0.number("hack_gap/rollouts") }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

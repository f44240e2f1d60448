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
    /// The mean of the training reward that the hack gap looks at, over the last steps; nil where
    /// nothing was trained.
    package var trainingReward: Double?
    /// Of the arm's own stages; nil for what arms share.
    package var seconds: Double?
    /// Tokens that the arm's own stages were trained on, prompts included.
    package var tokens: Int?
    /// The lines of its own stages' metrics.
    package var records: [MetricsRecord]

    package init(
        arm: String, seed: Int, evaluation: EvaluationResult, trainingReward: Double? = nil,
        seconds: Double? = nil, tokens: Int? = nil, records: [MetricsRecord] = []
    ) {
        self.arm = arm
        self.seed = seed
        self.evaluation = evaluation
        self.trainingReward = trainingReward
        self.seconds = seconds
        self.tokens = tokens
        self.records = records
    }

    /// How far the training reward exceeds what the judge found.
    package var hackGap: Double? { trainingReward.map { $0 - evaluation.passAt1 } }
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
            trainingReward: Self.trainingReward(job.recipe, records),
            seconds: seconds.reduce(0, +),
            tokens: tokens.isEmpty ? nil : Int(tokens.reduce(0, +)), records: records)
    }

    /// The mean of the accuracy reward, or where there is none of the first reward, over the last
    /// tenth of the last reinforced stage's steps, at least five.
    private static func trainingReward(_ recipe: Recipe, _ records: [MetricsRecord]) -> Double? {
        guard let (stage, reward) = gauge(recipe) else { return nil }
        let values = records.filter { $0.stage == stage }
            .compactMap { $0.number("rewards/\(reward)/mean") }
        let last = values.suffix(max(5, values.count / 10))
        return last.isEmpty ? nil : last.reduce(0, +) / Double(last.count)
    }

    /// The stage and the reward by which an arm's training tells how well it does.
    private static func gauge(_ recipe: Recipe) -> (stage: String, reward: String)? {
        for stage in recipe.stages.reversed() {
            guard case .grpo(let grpo) = stage else { continue }
            // A reward without weight trains nothing, and so cannot be hacked.
            let terms = grpo.rewards.map(\.term).filter { $0.settings.weight != 0 }
            guard let first = terms.first(where: { $0.name == "accuracy" }) ?? terms.first else {
                return nil
            }
            return (stage.name, first.name)
        }
        return nil
    }

    /// The reward that an arm's hack gap looks at; nil for the control that trains nothing.
    package func gauge(of arm: StudyArm) -> String? {
        jobs.first { $0.arm == arm.name }.flatMap { Self.gauge($0.recipe)?.reward }
    }
}

extension StudyDirectory {
    /// The wall time of earlier parts of a study that was resumed.
    func earlierSeconds() -> Double {
        guard let data = FileManager.default.contents(atPath: json),
            let document = JSONValue(String(decoding: data, as: UTF8.self))
        else { return 0 }
        return document["wall_s"]?.number ?? 0
    }
}

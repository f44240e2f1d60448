import GRPOJSON
import GRPOTokenizers
import GRPOTraining

/// Watches a stage for a collapse, and writes its post-mortem.
final class CollapseWatch {
    private let stage: String
    private let policy: CollapseDetector.Policy
    private let directory: RunDirectory
    private let tokenizer: any Tokenizer
    private var detector = CollapseDetector()
    /// The tokens that stood out in the last updates, those of this process.
    private var marks: [(step: Int, marks: TokenMarks)] = []

    /// Steps that a post-mortem keeps.
    static let kept = 5

    /// - Parameter resumedAfter: the step after which this process goes on; the detector sees the
    ///   metrics of the steps before, so that it finds what it would have found.
    init?(
        _ stage: String, _ policy: CollapseDetector.Policy, tokenizer: any Tokenizer,
        directory: RunDirectory, resumedAfter step: Int
    ) {
        guard policy != .off else { return nil }
        self.stage = stage
        self.policy = policy
        self.tokenizer = tokenizer
        self.directory = directory
        for record in MetricsReader.records(path: directory.metrics)
        where record.stage == stage && record.step <= step {
            // A number that was not finite is null in the file.
            let values = record.values.compactMap { member -> (name: String, value: Double)? in
                if case .null = member.value { return (member.key, .nan) }
                return member.value.number.map { (member.key, $0) }
            }
            _ = detector.step(record.step, values)
        }
    }

    /// Takes a step whose metrics have been written.
    ///
    /// - Returns: what to warn of; nil as a rule.
    /// - Throws: `RunError` where the recipe ends a run that has collapsed.
    func stepped(_ record: StepRecord) throws(RunError) -> String? {
        marks = Array((marks + [(record.step, record.marks)]).suffix(Self.kept))
        let findings = detector.step(record.step, record.metrics)
        guard let first = findings.first else { return nil }
        let place = directory.postMortem(stage: stage, step: record.step)
        try PostMortem(
            stage: stage, step: record.step, findings: findings, marks: marks,
            directory: directory
        ).write(to: place, tokenizer)
        let said =
            "\(first.metric) broke away at step \(first.step): \(StepRecorder.short(first.value))"
            + (first.median.map { ", before it \(StepRecorder.short($0))" } ?? "")
        guard policy != .stop else {
            throw RunError(
                .failure, path: "stage \(stage)", "\(said); collapse: stop ends the run",
                remedy: "read \(place)/report.md, and go on from an earlier checkpoint with other "
                    + "settings")
        }
        return "step \(record.step): COLLAPSE: \(said); read \(place)/report.md"
    }
}

import GRPOTraining

/// Writes down what a stage that samples does: steps, and what it keeps.
final class SampleRecorder: SampleMonitor {
    private let recorder: StepRecorder
    private let identity: StageIdentity
    private let interruption: Interruption
    private(set) var progress: SampleProgress
    /// Of the step that is being written down.
    private var pending: (rows: [SampleRow], state: SampleState)?

    init(
        _ recorder: StepRecorder, progress: SampleProgress, identity: StageIdentity,
        interruption: Interruption
    ) {
        self.recorder = recorder
        self.progress = progress
        self.identity = identity
        self.interruption = interruption
    }

    var isInterrupted: Bool { interruption.isRaised }

    func progress(_ activity: StageActivity) { recorder.progress(activity) }

    func kept(_ rows: [SampleRow], _ state: SampleState) throws { pending = (rows, state) }

    /// First the step's metrics, then the rows that vouch for them.
    func stepped(_ record: StepRecord) throws {
        try recorder.stepped(record)
        try recorder.synchronize()
        guard let (rows, state) = pending else {
            preconditionFailure("step \(record.step) without what it kept")
        }
        pending = nil
        try progress.add(rows, state, provenance: identity.provenance)
    }

    /// What the finished stage keeps.
    func finish(_ stage: String, in directory: RunDirectory) throws -> KeptSamples {
        let samples = try KeptSamples(
            progress.rows, counts: progress.state.counts, stage: stage, parent: identity.parent,
            provenance: identity.provenance, in: directory)
        progress.remove()
        return samples
    }
}

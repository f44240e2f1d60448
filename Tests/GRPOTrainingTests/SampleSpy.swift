import GRPOTasks
import GRPOTraining

/// Remembers everything that a stage that samples says.
final class SampleSpy: SampleMonitor {
    private(set) var activities: [StageActivity] = []
    private(set) var records: [StepRecord] = []
    private(set) var steps: [(rows: [SampleRow], state: SampleState)] = []
    /// Asked after every activity.
    var interrupts: (StageActivity?) -> Bool = { _ in false }

    var isInterrupted: Bool { interrupts(activities.last) }

    func progress(_ activity: StageActivity) { activities.append(activity) }
    func kept(_ rows: [SampleRow], _ state: SampleState) { steps.append((rows, state)) }
    func stepped(_ record: StepRecord) { records.append(record) }

    var rows: [SampleRow] { steps.flatMap(\.rows) }

    var counts: SampleCounts { steps.last?.state.counts ?? SampleCounts() }

    /// All metrics of all steps.
    var metrics: [[String: Double]] {
        records.map { record in
            Dictionary(uniqueKeysWithValues: record.metrics.map { ($0.name, $0.value) })
        }
    }
}

/// Keeps everything but what is empty.
struct Nonempty: SampleFilter {
    static let name = "nonempty"
    static let summary = "The completion has a text."

    func reason(against candidate: SampleCandidate) -> String? {
        candidate.completion.text.isEmpty ? Self.name : nil
    }
}

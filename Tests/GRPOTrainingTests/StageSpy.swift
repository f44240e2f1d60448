import GRPOModels
import GRPORollouts
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import GRPOTraining

/// A stage's state as plain values.
struct Snapshot: Equatable {
    var step: Int
    var tokens: Int
    var skipped: Int
    var rollouts: [Rollout]
    var weights: [Double]
    var firstMoment: [Double]
    var secondMoment: [Double]
    var updates: Int
    var reference: [Double]?
    var history: ProblemHistory

    init(_ state: StageState) {
        step = state.step
        tokens = state.tokens
        skipped = state.skipped
        rollouts = state.rollouts
        weights = state.decoder.store.values.doubles
        firstMoment = state.optimizer.firstMoment.doubles
        secondMoment = state.optimizer.secondMoment.doubles
        updates = state.optimizer.updates
        reference = state.reference?.store.values.doubles
        history = state.history
    }

    /// Puts the values into a fresh state.
    func restore(_ state: inout StageState) {
        state.step = step
        state.tokens = tokens
        state.skipped = skipped
        state.rollouts = rollouts
        state.history = history
        state.decoder.store.values.fill(from: weights)
        state.decoder.store.didChange()
        state.optimizer.firstMoment.fill(from: firstMoment)
        state.optimizer.secondMoment.fill(from: secondMoment)
        state.optimizer.updates = updates
        if let reference {
            state.reference!.store.values.fill(from: reference)
            state.reference!.store.didChange()
        }
    }
}

/// Remembers everything a stage says.
final class StageSpy: StageMonitor {
    private(set) var activities: [StageActivity] = []
    private(set) var records: [StepRecord] = []
    private(set) var generations: [(step: Int, rollouts: [Rollout])] = []
    private(set) var suspects: [(step: Int, rollouts: [Rollout])] = []
    private(set) var saved: [Snapshot] = []
    private(set) var warnings: [String] = []
    /// Asked after every activity.
    var interrupts: (StageActivity?) -> Bool = { _ in false }

    var isInterrupted: Bool { interrupts(activities.last) }

    func progress(_ activity: StageActivity) { activities.append(activity) }
    func stepped(_ record: StepRecord) { records.append(record) }
    func sampled(_ rollouts: [Rollout], step: Int) { generations.append((step, rollouts)) }
    func suspected(_ rollouts: [Rollout], step: Int) { suspects.append((step, rollouts)) }
    func save(_ state: StageState) { saved.append(Snapshot(state)) }
    func warn(_ message: String) { warnings.append(message) }

    /// The values of a metric by step; nil where a step has none.
    func values(_ name: String) -> [Double?] {
        records.map { record in record.metrics.first { $0.name == name }?.value }
    }

    /// All metrics of all steps.
    var metrics: [[String: Double]] {
        records.map { record in
            Dictionary(uniqueKeysWithValues: record.metrics.map { ($0.name, $0.value) })
        }
    }
}

/// Policies over the letters of `LetterTask`.
enum LetterPolicy {
    static func make(on backend: any Backend, seed: UInt64 = 1) -> Policy {
        let tokenizer = CharacterTokenizer(alphabet: LetterTask.alphabet)
        return Policy(
            decoder: TinyDecoder.make(
                TinyDecoder.configuration(vocabulary: 8, positions: 32), seed: seed,
                deviation: 0.3, on: backend),
            tokenizer: tokenizer)
    }

    static let end = Int32(7)
}

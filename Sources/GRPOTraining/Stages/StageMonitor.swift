package import GRPOModels

/// What a stage tells while it runs, and asks: implemented by the run, which writes files.
package protocol StageMonitor: AnyObject {
    /// Something went on within a step, for a live line.
    func progress(_ activity: StageActivity)
    /// A step is done.
    func stepped(_ record: StepRecord) throws
    /// The completions of a generation, before its first update.
    func sampled(_ rollouts: [Rollout], step: Int) throws
    /// Those of a generation that the rewards take for right and a strict verifier does not.
    func suspected(_ rollouts: [Rollout], step: Int) throws
    /// To be written as a checkpoint.
    func save(_ state: StageState) throws
    /// Something the user should know.
    func warn(_ message: String)
    /// Whether the stage should save and end after this step.
    var isInterrupted: Bool { get }
}

extension StageMonitor {
    package func suspected(_ rollouts: [Rollout], step: Int) throws {}
}

/// Where a stage is within a step.
package struct StageActivity: Sendable {
    package var step: Int
    package var steps: Int
    /// Such as "sampling" or "updating".
    package var phase: String
    package var done: Int
    package var total: Int
}

/// The numbers of one step.
package struct StepRecord: Sendable {
    package var step: Int
    package var steps: Int
    /// Under TRL's names, in the order in which they are written. Functions of recipe and seed.
    package var metrics: [(name: String, value: Double)]
    /// Seconds by phase: what differs from run to run.
    package var timings: [(name: String, seconds: Double)]
    /// Tokens of a policy's update that stand out, for a report on a collapse.
    package var marks = TokenMarks()
}

/// All that a stage needs to go on where it stopped.
package struct StageState {
    /// Updates done.
    package var step: Int
    package var decoder: Decoder
    package var optimizer: AdamW
    /// The frozen policy of the KL, where there is one.
    package var reference: Decoder?
    /// Sampled and not yet used up.
    package var rollouts: [Rollout]
    /// Tokens seen so far.
    package var tokens: Int
    /// Updates skipped in a row because a gradient was not finite.
    package var skipped: Int
    /// Of the problems asked.
    package var history = ProblemHistory()
}

/// How a stage ended.
package enum StageOutcome: Sendable, Equatable {
    case finished
    case interrupted(step: Int)
}

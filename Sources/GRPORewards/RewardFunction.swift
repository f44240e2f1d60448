public import GRPOTasks

/// What a reward function says about one completion.
public enum Score: Sendable, Hashable {
    /// A number of at most `largest` in magnitude.
    case value(Double)
    /// The completion cannot be scored: it is counted and shown, and left out of its group's
    /// advantages, never taken for 0.
    case ungradable(reason: String)
    /// The function has nothing to say about problems of this kind (TRL: None). It adds nothing to
    /// the total and is no part of the component's mean.
    case notApplicable
    /// A function outside of this process gave no usable answer. As ungradable, and counted apart
    /// under `rewards/NAME/timeout`, `/crash`, `/malformed` and `/non_finite`.
    case failed(RewardFailure, reason: String)

    /// What a score's magnitude must not exceed. Beyond it one score drowns all others of its group,
    /// and some hundred digits further the group's variance is infinite and its advantages are
    /// none.
    public static let largest = 1e6

    /// The number, or nil where there is none.
    public var value: Double? {
        if case .value(let value) = self { value } else { nil }
    }

    /// How the function failed, or nil where it did not.
    public var failure: RewardFailure? {
        if case .failed(let failure, _) = self { failure } else { nil }
    }
}

/// The completions of one problem, as a reward function sees them.
public struct RewardGroup: Sendable {
    /// The problem with its ground truth.
    public let problem: Problem
    /// What the policy wrote, one entry per sample. Where the prompt ends in an opened thought, the
    /// text begins with it, `<think>` and a line feed.
    public let completions: [Completion]
    /// The last optimizer step that the completions serve, counted from 1 within its stage.
    public let step: Int
    /// The optimizer steps of the stage, for what changes with its progress; nil outside of one.
    public let maxSteps: Int?
    /// The largest number of tokens that a completion could have had; nil where that is not known.
    public let maxCompletionLength: Int?
    /// The task, for what its problems and answers are.
    public let source: any ProblemSource
    /// What the task's verifier says of the completions, for all who ask.
    package let judged: GroupVerdicts
    /// Randomness that belongs to this group alone: derived from the run's seed, the step and
    /// the group's slot. A reward that draws must draw from it, so that a run can be repeated.
    public let seed: UInt64

    /// What the task's verifier says of each completion. It is asked once for all rewards of a step:
    /// ask here and not `source.verify`, which may have to run a program.
    public var verdicts: [Verdict] { judged.all }

    /// A group from its parts.
    public init(
        problem: Problem, completions: [Completion], step: Int, maxSteps: Int? = nil,
        maxCompletionLength: Int? = nil, source: any ProblemSource, seed: UInt64
    ) {
        self.init(
            problem: problem, completions: completions, step: step, maxSteps: maxSteps,
            maxCompletionLength: maxCompletionLength, source: source, seed: seed, verdicts: nil)
    }

    /// - Parameter verdicts: of the task's verifier on the completions, where they are known.
    package init(
        problem: Problem, completions: [Completion], step: Int, maxSteps: Int? = nil,
        maxCompletionLength: Int? = nil, source: any ProblemSource, seed: UInt64,
        verdicts: [Verdict]?
    ) {
        self.problem = problem
        self.completions = completions
        self.step = step
        self.maxSteps = maxSteps
        self.maxCompletionLength = maxCompletionLength
        self.source = source
        self.seed = seed
        judged = GroupVerdicts(
            of: completions.map(\.text), problem, by: source, known: verdicts)
    }
}

/// Scores the completions of a problem.
///
/// The type is its own configuration: its stored properties are the options a recipe sets beside
/// `name`, `weight` and `when` (`rewards: [format: {weight: 0.2, prompt_opens_thought: true}]`),
/// spelled in snake_case through `CodingKeys`; `init()` gives the defaults. No option may be called
/// `name`, `weight` or `when`.
public protocol RewardFunction: Codable, Sendable {
    /// The name used in recipes and metrics.
    static var name: String { get }
    /// One sentence for `grpo rewards list`.
    static var summary: String { get }

    /// The reward with its default options.
    init()

    /// Every option that is out of range, by its key; empty if the options are usable.
    func problems() -> [(key: String, message: String)]

    /// Whether problems of this kind are worth drawing for this reward's sake at a step of a stage
    /// of `maxSteps`: whether it tells good answers to them from bad ones. A problem that no reward
    /// of the stage judges is drawn again.
    func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool

    /// One score for each completion, in their order. It sees the whole group, so that it can
    /// compare completions with each other. An error ends the run.
    func scores(for group: RewardGroup) async throws -> [Score]
}

extension RewardFunction {
    /// By default all options are in range.
    public func problems() -> [(key: String, message: String)] { [] }

    /// By default a reward judges every problem at every step.
    public func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool { true }
}

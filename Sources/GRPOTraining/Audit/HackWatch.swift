import GRPORewards
import GRPOTasks

/// Follows the hack gap through a stage: the scale of each generation, the metrics, the alarm.
struct HackWatch {
    private let gap: HackGap
    /// Another verifier than the training's, where the evaluation has one.
    private let strict: (any ProblemSource)?
    /// What it says of the generation's rollouts: by the draw slots of their groups, in order.
    private var strictVerdicts: [Int: [Verdict]] = [:]
    private let task: any ProblemSource
    /// From what gap on it is said; nil: never.
    private let alarm: Double?
    private let maxSteps: Int
    private var scale: HackGap.Scale?
    private var generation: Int?
    /// Steps in a row with an alarming gap among the rollouts.
    private var steps = 0
    private var isAlarmed = false

    init(_ stage: GRPOStage) {
        gap = HackGap(
            rewards: stage.rewards, task: stage.task, stage: stage.name, seed: stage.seed,
            maxCompletionLength: stage.settings.maxCompletionLength)
        strict = stage.strictTask.flatMap { $0.verifies(like: stage.task) ? nil : $0 }
        task = stage.task
        alarm = stage.settings.hackGapAlarm
        maxSteps = stage.settings.maxSteps
    }

    /// Takes the scale of a generation, unless it has it. The same for a resumed generation.
    mutating func begin(_ generation: Int, _ rollouts: [Rollout], step: Int) async throws {
        guard self.generation != generation else { return }
        self.generation = generation
        var problems: [Problem] = []
        for rollout in rollouts where problems.last?.id != rollout.problem.id {
            problems.append(rollout.problem)
        }
        scale = try await gap.scale(
            problems, generation: generation, step: step, maxSteps: maxSteps)
        guard let strict, scale != nil else { return }
        strictVerdicts = Dictionary(grouping: rollouts, by: \.group).compactMapValues { group in
            guard let problem = group.first?.problem, problem.scenario == .reasoning else {
                return nil
            }
            let texts = group.sorted { $0.sample < $1.sample }.map(\.judgedText)
            return strict.verdicts(of: texts, problem)
        }
    }

    /// Rollouts that the rewards take for right and the strict verifier does not.
    func suspicious(among rollouts: [Rollout]) -> [Rollout] {
        guard let scale else { return [] }
        return rollouts.filter {
            $0.problem.scenario == .reasoning && scale.takesForRight($0.reward) && !isRight($0)
        }
    }

    /// `hack_gap/rollouts`: the gap among a step's own rollouts.
    mutating func metrics(of rollouts: [Rollout]) -> [(name: String, value: Double)] {
        guard let scale,
            let shares = HackGap.Shares(
                rollouts.filter { $0.problem.scenario == .reasoning }.map {
                    (total: $0.reward, isRight: isRight($0))
                }, scale)
        else { return [] }
        steps = shares.gap > alarm ?? .infinity ? steps + 1 : 0
        return [("hack_gap/rollouts", shares.gap)]
    }

    /// `hack_gap` with its two shares, among an evaluation's samples.
    func metrics(
        of samples: EvaluationSamples, step: Int, source: any ProblemSource
    ) async throws -> [(name: String, value: Double)] {
        guard let scale,
            let shares = try await gap.shares(
                of: samples, scale, step: step, maxSteps: maxSteps, source: source)
        else { return [] }
        return [
            ("hack_gap", shares.gap), ("hack_gap/training", shares.training),
            ("hack_gap/strict", shares.strict),
        ]
    }

    /// What to warn of when the gap opens: on held-out problems at once, among the rollouts, which
    /// are fewer, at the second step in a row. It is said again only after the gap has closed.
    mutating func warning(_ metrics: [(name: String, value: Double)], step: Int) -> String? {
        guard let alarm else { return nil }
        let heldOut = metrics.first { $0.name == "hack_gap" }?.value
        let isOpen = steps >= 2 || (heldOut ?? 0) > alarm
        defer { if isOpen || steps == 0 { isAlarmed = isOpen } }
        guard isOpen, !isAlarmed else { return nil }
        let (value, place) =
            heldOut.flatMap { $0 > alarm ? ($0, "held-out completions") : nil }
            ?? (metrics.first { $0.name == "hack_gap/rollouts" }?.value ?? 0, "rollouts")
        let share = (value * 1000).rounded() / 10
        return """
            step \(step): HACK GAP of \(share)%: the rewards take that many more of the \(place) \
            for right than the strict verifier finds right, alarm above \(alarm * 100)%. Read \
            suspicious/\(gap.stage), and try the rewards with grpo rewards test
            """
    }

    private func isRight(_ rollout: Rollout) -> Bool {
        strict == nil
            ? rollout.isRight(by: task)
            : strictVerdicts[rollout.group]?[rollout.sample] == .right
    }
}

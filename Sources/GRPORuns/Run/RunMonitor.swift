import GRPOCheckpoints
import GRPOJSON
import GRPOTokenizers
import GRPOTraining

/// Writes down what a stage that trains does: steps, rollouts, checkpoints.
final class RunMonitor: StageMonitor {
    private let recorder: StepRecorder
    private let rollouts: RolloutWriter
    private let store: CheckpointStore
    private let identity: StageIdentity
    private let tokenizer: TokenizerDescription
    private let recipe: String
    /// The weights beside the stage's adapters, where it trains some.
    private let base: AdapterBase?
    private let interruption: Interruption
    /// What looks at the first generation, and at every step; nil where nothing does.
    private let preflight: PreflightCheck?
    private let collapse: CollapseWatch?
    /// The newest checkpoint, saved or found.
    private(set) var checkpoint: Checkpoint?

    init(
        _ recorder: StepRecorder, rollouts: RolloutWriter, store: CheckpointStore,
        identity: StageIdentity, tokenizer: TokenizerDescription, recipe: String,
        base: AdapterBase?, interruption: Interruption, preflight: PreflightCheck?,
        collapse: CollapseWatch?, resumedFrom checkpoint: Checkpoint?
    ) {
        self.recorder = recorder
        self.rollouts = rollouts
        self.store = store
        self.identity = identity
        self.tokenizer = tokenizer
        self.recipe = recipe
        self.base = base
        self.interruption = interruption
        self.preflight = preflight
        self.collapse = collapse
        self.checkpoint = checkpoint
    }

    var isInterrupted: Bool { interruption.isRaised }

    func progress(_ activity: StageActivity) { recorder.progress(activity) }

    func stepped(_ record: StepRecord) throws {
        try recorder.stepped(record)
        if let warning = try collapse?.stepped(record) { warn(warning) }
    }

    func sampled(_ rows: [Rollout], step: Int) throws {
        try rollouts.write(rows, step: step)
        if step == 1 { try preflight?.check(rows) }
    }

    func suspected(_ rows: [Rollout], step: Int) throws {
        try rollouts.writeSuspicious(rows, step: step)
    }

    func warn(_ message: String) { recorder.warn(message) }

    func save(_ state: StageState) throws {
        if let checkpoint, checkpoint.step == state.step { return }
        try recorder.synchronize()
        let progress = StageProgress(
            step: state.step, updates: state.optimizer.updates, tokens: state.tokens,
            skipped: state.skipped, history: state.history)
        var texts = [
            "recipe.yaml": recipe, "progress.json": JSONValue(encoding: progress).text,
        ]
        if let base { texts[AdapterBase.text] = JSONValue(encoding: base).text }
        if !state.rollouts.isEmpty {
            texts["rollouts.json"] = try StageProgress.encode(state.rollouts)
        }
        let content = try PolicyCheckpoint.content(
            state.decoder, tokenizer: tokenizer,
            moments: (state.optimizer.firstMoment, state.optimizer.secondMoment),
            reference: state.reference, texts: texts)
        let saved = try store.save(
            content, step: state.step, stage: recorder.stage, parent: identity.parent,
            provenance: identity.provenance, createdBy: "grpo \(Version.current)")
        if let problem = saved.retentionProblem { warn("\(problem)") }
        checkpoint = saved.checkpoint
    }
}

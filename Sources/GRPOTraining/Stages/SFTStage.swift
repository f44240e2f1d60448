import GRPOModels
package import GRPORollouts
package import GRPOTasks
import GRPOTensors

/// Supervised fine-tuning: next tokens on texts as the policy meets them when it samples, prompts in
/// the recipe's style and completions with the policy's own ending; the loss is the mean over the
/// tokens of the completions, or over all.
package struct SFTStage {
    /// The name of the stage: it names the stage's random numbers.
    package let name: String
    package let settings: SFTSettings
    package let source: any TextStream
    package let prompt: PromptStyle
    package let seed: UInt64

    package init(
        name: String, settings: SFTSettings, source: any TextStream, prompt: PromptStyle,
        seed: UInt64
    ) {
        self.name = name
        self.settings = settings
        self.source = source
        self.prompt = prompt
        self.seed = seed
    }

    /// The state before the first step.
    package func initialState(_ policy: Policy) -> StageState {
        TextTraining.initialState(policy, settings.optimizer)
    }

    /// Trains the policy from `state` to the last step.
    package func run(
        _ policy: Policy, from state: StageState, monitor: any StageMonitor
    ) throws -> StageOutcome {
        let count = source.documentCount()
        guard count != 0 else { throw TrainingError.noDocuments(stage: name) }
        guard let steps = settings.steps(for: count),
            let drawn = settings.documentsDrawn(of: count)
        else { throw TrainingError.endlessEpochs(stage: name) }

        let order = EpochOrder(count: count, seed: seed, stage: name, data: "documents")
        let size = settings.documentsPerStep
        let decoder = policy.decoder
        let training = TextTraining(
            stage: name, steps: steps, saveSteps: settings.saveSteps,
            optimizer: settings.optimizer,
            update: TextUpdate(
                microBatch: settings.microBatch(decoder.configuration, on: decoder.backend),
                gradientCheckpointing: settings.gradientCheckpointing),
            completionOnly: settings.completionOnlyLoss)
        return try training.run(
            policy, from: state, monitor: monitor,
            texts: { step in
                try ((step - 1) * size..<min(drawn, step * size)).map { place in
                    try DocumentTokens(
                        order.document(place, of: source), style: prompt, policy.tokenizer)
                }
            },
            extra: { step in
                guard let count else { return [] }
                return [("epoch", Double(min(drawn, step * size)) / Double(count))]
            })
    }
}

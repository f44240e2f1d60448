import GRPOModels
package import GRPORollouts
package import GRPOTasks
import GRPOTensors

/// Next-token training from nothing on seeded documents: the loss is the mean over all tokens, or
/// over those of the completions.
package struct PretrainStage {
    /// The name of the stage: it names the stage's random numbers.
    package let name: String
    package let settings: PretrainSettings
    package let source: any TextStream
    package let seed: UInt64

    package init(
        name: String, settings: PretrainSettings, source: any TextStream, seed: UInt64
    ) {
        self.name = name
        self.settings = settings
        self.source = source
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
        let decoder = policy.decoder
        let training = TextTraining(
            stage: name, steps: settings.maxSteps, saveSteps: settings.saveSteps,
            optimizer: settings.optimizer,
            update: TextUpdate(
                microBatch: settings.microBatch(decoder.configuration, on: decoder.backend),
                gradientCheckpointing: settings.gradientCheckpointing),
            completionOnly: settings.completionOnlyLoss)
        return try training.run(
            policy, from: state, monitor: monitor,
            texts: { step in try documents(policy, step: step) })
    }

    /// The index in the source of what is shown at a place, counted from 0 over all steps, and the
    /// randomness it is drawn with.
    package func draw(_ place: Int) -> (index: Int, generator: any RandomNumberGenerator) {
        let (step, slot) = place.quotientAndRemainder(dividingBy: settings.documentsPerStep)
        let random = RandomStream(seed: seed, name: "\(name)/documents")
        return (place, random.generator(step: step + 1, slot: slot))
    }

    private func documents(_ policy: Policy, step: Int) throws -> [DocumentTokens] {
        let size = settings.documentsPerStep
        return try ((step - 1) * size..<step * size).map { place in
            var (index, generator) = draw(place)
            return try DocumentTokens(
                source.document(index, using: &generator), policy.tokenizer)
        }
    }
}

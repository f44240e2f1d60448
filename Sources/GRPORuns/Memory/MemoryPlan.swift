package import GRPOModels
import GRPOObjectives
import GRPORollouts
import GRPOTasks
package import GRPOTensors
package import GRPOTokenizers
import GRPOTraining

/// What each stage of a recipe takes of memory, known before the model is read.
package struct MemoryPlan: Sendable {
    package struct Stage: Sendable {
        package let name: String
        package let estimate: MemoryEstimate
        /// Settings that would take less, and the peak with each.
        fileprivate let remedies: [(setting: String, peak: Int)]
    }

    package let stages: [Stage]
    /// Of the texts that the stages read.
    let lengths: TextLengths
    /// Of the model.
    let positions: Int

    /// Reads of a model file no more than its shape and its tokenizer.
    ///
    /// - Throws: what `PolicyFile.configuration` throws.
    package init(_ recipe: Recipe, backend: any Backend) throws {
        switch recipe.model {
        case .path(let file):
            self.init(
                recipe, try PolicyFile.configuration(file.path),
                tokenizer: try PolicyFile.tokenizer(file.path), backend: backend)
        case .shape(let shape):
            let tokenizer = recipe.characterTokenizer
            self.init(
                recipe, shape.configuration(vocabularySize: tokenizer.vocabularySize),
                tokenizer: tokenizer, backend: backend)
        }
    }

    /// - Parameters:
    ///   - configuration: the shape of the recipe's model.
    ///   - tokenizer: prompts and documents are measured with it.
    package init(
        _ recipe: Recipe, _ configuration: DecoderConfiguration, tokenizer: any Tokenizer,
        backend: any Backend
    ) {
        let lengths = TextLengths(recipe, tokenizer)
        self.lengths = lengths
        positions = configuration.maxPositions
        /// The rows of the cache, and those of the prompts that fill it when it is empty.
        func sampling(_ requests: Int, prompt: Int, _ settings: RolloutSettings) -> (Int, Int) {
            let plan = CachePlan(
                requests: requests, longestPrompt: prompt, settings: settings, configuration,
                backend: backend)
            let group = settings.numGenerations
            return (
                plan.rows, min(plan.promptRows, (plan.slots + group - 1) / group * prompt)
            )
        }
        // Once with all samples, once greedily.
        let evaluations = [Self.bounded(recipe.evaluation.settings.samples), 1].map { samples in
            sampling(
                Self.bounded(recipe.evaluation.settings.problems),
                prompt: max(1, lengths.evaluation.longest),
                RolloutSettings(
                    numGenerations: samples,
                    maxCompletionLength: Self.bounded(recipe.evaluationLength)))
        }
        stages = recipe.stages.enumerated().map { index, stage in
            var demand = MemoryEstimate.Demand(rows: 0)
            demand.cacheRows = evaluations.map(\.0).max() ?? 0
            demand.prefillRows = evaluations.map(\.1).max() ?? 0
            demand.lora = stage.placement.lora
            let budget = stage.microBatch(configuration, on: backend)
            // The rows of one sequence, of the sequences that share a prompt, of a step, and of all
            // that is scored by a forward alone.
            let (longest, together, total, scored): (Int, Int, Int, Int)
            switch stage {
            case .pretrain(let pretrain):
                let settings = pretrain.settings
                demand.checkpointing = settings.gradientCheckpointing
                longest = max(1, lengths.stages[index].longest)
                total = max(
                    1, lengths.stages[index].total(of: Self.bounded(settings.documentsPerStep)))
                together = longest
                scored = 0
            case .grpo(let grpo):
                let settings = grpo.settings
                demand.checkpointing = settings.gradientCheckpointing
                demand.reference = settings.objective.beta != 0
                demand.mixesReference =
                    demand.reference && settings.syncRefModel && settings.refModelMixupAlpha < 1
                let prompt = max(1, lengths.stages[index].longest)
                let length = Self.bounded(settings.maxCompletionLength)
                let group = Self.bounded(settings.numGenerations)
                let prompts = Self.bounded(settings.promptsPerStep)
                longest = prompt + length - 1
                together = prompt + group * (length - 1)
                total = prompts * together
                // The reference scores whole generations; without one the difference to the
                // sampler is found for one completion of a group.
                scored =
                    demand.reference
                    ? min(total, Self.mostRows) * Self.bounded(settings.stepsPerGeneration)
                    : prompts * longest
                let (rows, prefill) = sampling(
                    prompts * Self.bounded(settings.stepsPerGeneration), prompt: prompt,
                    RolloutSettings(
                        numGenerations: group, maxCompletionLength: length,
                        concurrency: Self.bounded(settings.maxNumSeqs)))
                demand.cacheRows = max(demand.cacheRows, rows)
                demand.prefillRows = max(demand.prefillRows, prefill)
            }
            func estimate(
                _ budget: MicroBatchBudget, checkpointing: Bool, lora: LoRASettings?
            ) -> MemoryEstimate {
                var changed = demand
                // A single completion may exceed the budget, all of them together may not reach it.
                let rows = max(budget.rows, min(budget.limit, together), longest)
                changed.rows = max(1, min(total, rows, Self.mostRows))
                changed.scoringRows = min(scored, max(budget.limit, longest), Self.mostRows)
                changed.checkpointing = checkpointing
                changed.lora = lora
                return MemoryEstimate(configuration, changed, backend: backend)
            }
            let (checkpointing, lora) = (demand.checkpointing, demand.lora)
            let least = MicroBatchBudget(rows: min(budget.rows, 256))
            var settings = [
                (
                    "gradient_checkpointing: true",
                    estimate(budget, checkpointing: true, lora: lora)
                ),
                (
                    "micro_batch_tokens: \(least.rows)",
                    estimate(least, checkpointing: checkpointing, lora: lora)
                ),
                ("both", estimate(least, checkpointing: true, lora: lora)),
            ]
            let startsFromNothing = if case .shape = recipe.model { index == 0 } else { false }
            if lora == nil, !startsFromNothing, !demand.mixesReference {
                settings.append(
                    (
                        "lora: {r: 16}",
                        estimate(budget, checkpointing: checkpointing, lora: LoRASettings())
                    ))
            }
            return Stage(
                name: stage.name,
                estimate: estimate(budget, checkpointing: checkpointing, lora: lora),
                remedies: settings.map { ($0.0, $0.1.peak) })
        }
    }

    /// A setting that is absurd must end in a refusal, not in an overflow.
    private static func bounded(_ count: Int) -> Int { min(count, 1 << 20) }
    private static let mostRows = 1 << 28

    /// Refuses a text that the model cannot take, before the first stage begins and not after hours
    /// of it.
    ///
    /// - Throws: `RunError`, an input error that names the stage and the text.
    package func checkTexts(of recipe: Recipe) throws(RunError) {
        try lengths.check(recipe, positions: positions)
    }

    /// The most that any stage takes, in bytes.
    package var peak: Int { stages.map(\.estimate.peak).max() ?? 0 }

    /// Refuses what does not fit.
    ///
    /// - Parameter bytes: the memory there is.
    /// - Throws: `RunError`, an input error with the numbers of the first stage that does not fit
    ///   and the settings that take less.
    package func check(within bytes: Int = MachineMemory.bytes) throws(RunError) {
        guard let stage = stages.first(where: { $0.estimate.peak > bytes }) else { return }
        let estimate = stage.estimate
        let parts = estimate.parts.filter { $0.bytes > 0 }
            .map { "\($0.name) \(Self.gigabytes($0.bytes))" }
        let fitting = stage.remedies.filter { $0.peak <= bytes }
        let other = "use a smaller model, or a machine with more memory"
        throw RunError(
            .input, path: "stage \(stage.name)",
            "needs about \(Self.gigabytes(estimate.peak)) GiB of memory, found "
                + "\(Self.gigabytes(bytes)) (\(parts.joined(separator: ", ")); of activations and "
                + "cache the larger counts)",
            remedy: fitting.isEmpty
                ? other
                : "set "
                    + fitting.map { "\($0.setting) (about \(Self.gigabytes($0.peak)) GiB)" }
                    .joined(separator: " or ") + "; or " + other)
    }

    private static func gigabytes(_ bytes: Int) -> String {
        let tenths = (Double(bytes) / Double(1 << 30) * 10).rounded(.up) / 10
        return "\(tenths)"
    }
}

package import GRPOModels
import GRPOObjectives
import GRPORollouts
import GRPOTasks
package import GRPOTensors
package import GRPOTokenizers
package import GRPOTraining

/// What each stage of a recipe takes of memory, known before the model is read.
package struct MemoryPlan: Sendable {
    package struct Stage: Sendable {
        package let name: String
        package let estimate: MemoryEstimate
        /// Settings that would take less, and the peak with each.
        fileprivate let remedies: [(setting: String, peak: Int)]

        /// - Parameter takesAdapters: whether it starts from weights that adapters could stand
        ///   beside.
        fileprivate init(
            _ stage: StageSpecification, _ demand: StageDemand, _ budget: MicroBatchBudget?,
            takesAdapters: Bool
        ) {
            name = stage.name
            let (checkpointing, lora) = (demand.memory.checkpointing, demand.memory.lora)
            let budget = budget ?? MicroBatchBudget(rows: 1)
            estimate = demand.estimate(budget, checkpointing: checkpointing, lora: lora)
            guard demand.memory.trains else {
                remedies = []
                return
            }
            let least = MicroBatchBudget(rows: min(budget.rows, 256))
            var settings = [
                (
                    "gradient_checkpointing: true",
                    demand.estimate(budget, checkpointing: true, lora: lora)
                ),
                (
                    "micro_batch_tokens: \(least.rows)",
                    demand.estimate(least, checkpointing: checkpointing, lora: lora)
                ),
                ("both", demand.estimate(least, checkpointing: true, lora: lora)),
            ]
            if lora == nil, takesAdapters, !demand.memory.mixesReference {
                settings.append(
                    (
                        "lora: {r: 16}",
                        demand.estimate(budget, checkpointing: checkpointing, lora: LoRASettings())
                    ))
            }
            remedies = settings.map { ($0.0, $0.1.peak) }
        }
    }

    package let stages: [Stage]
    /// Of the model of each stage.
    let configurations: [DecoderConfiguration]
    /// Of the texts that the stages read.
    private let lengths: TextLengths
    private let tokenizer: any Tokenizer

    /// Reads of a model file no more than its shape and its tokenizer.
    ///
    /// - Throws: what `PolicyFile.configuration` throws, and `TrainingError` where a stage cannot
    ///   draw its problems.
    package init(_ recipe: Recipe, backend: any Backend) throws {
        switch recipe.model {
        case .path(let file):
            try self.init(
                recipe, try PolicyFile.configuration(file.path),
                tokenizer: try PolicyFile.tokenizer(file.path), backend: backend)
        case .shape(let shape):
            let tokenizer = recipe.characterTokenizer
            try self.init(
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
    ) throws(TrainingError) {
        let graph = recipe.graph
        let lengths = try TextLengths(recipe, tokenizer)
        let configurations = recipe.stages.indices.map { index in
            var found =
                graph.ownShape(of: index)?.configuration(
                    vocabularySize: tokenizer.vocabularySize) ?? configuration
            found.scoreHead = recipe.stages[index].makes == .scores
            return found
        }
        self.lengths = lengths
        self.tokenizer = tokenizer
        self.configurations = configurations
        stages = recipe.stages.enumerated().map { index, stage in
            let configuration = configurations[index]
            var demand = StageDemand(
                stage, lengths.stages[index], sampled: lengths.sampled[index], configuration,
                backend: backend)
            if stage.makes == .policy, recipe.evaluation.settings.problems > 0 {
                // Once with all samples, once greedily.
                for samples in [StageDemand.bounded(recipe.evaluation.settings.samples), 1] {
                    demand.addSampling(
                        StageDemand.bounded(recipe.evaluation.settings.problems),
                        prompt: max(1, lengths.evaluation.longest),
                        RolloutSettings(
                            numGenerations: samples,
                            maxCompletionLength: StageDemand.bounded(recipe.evaluationLength)))
                }
            }
            if case .grpo(let grpo) = stage {
                demand.addScorers(
                    grpo.rewardModels.compactMap { _, reward in
                        graph.rewardModel(for: reward, before: index).map { configurations[$0] }
                    })
            }
            return Stage(
                stage, demand, stage.microBatch(configuration, on: backend),
                takesAdapters: graph.startsFromWeights(index))
        }
    }

    /// Refuses a text that the model cannot take, before the first stage begins and not after hours
    /// of it.
    ///
    /// - Throws: `RunError`, an input error that names the stage and the text; `TrainingError` for
    ///   pairs that teach nothing.
    package func checkTexts(of recipe: Recipe) throws {
        try lengths.check(
            recipe, positions: configurations.map(\.maxPositions), tokenizer: tokenizer)
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

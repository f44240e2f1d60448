import GRPOModels
import GRPOObjectives
import GRPORollouts
import GRPOTensors
import GRPOTraining

/// What a stage asks of memory, whatever its micro-batches are: the rows of its texts, and of its
/// cache.
struct StageDemand {
    /// Without the rows that depend on the micro-batches.
    private(set) var memory = MemoryEstimate.Demand(rows: 0)
    /// The rows of one sequence, of the sequences that share a prompt, of a step, and of all that is
    /// scored by a forward alone.
    private(set) var longest = 1
    private(set) var together = 1
    private(set) var total = 1
    private(set) var scored = 0

    private let configuration: DecoderConfiguration
    private let backend: any Backend

    /// - Parameters:
    ///   - extent: of the stage's texts.
    ///   - sampled: the most tokens of a text that an earlier stage samples.
    ///   - configuration: of the stage's model.
    init(
        _ stage: StageSpecification, _ extent: TextLengths.Extent, sampled: Int,
        _ configuration: DecoderConfiguration, backend: any Backend
    ) {
        self.configuration = configuration
        self.backend = backend
        memory.lora = stage.lora
        switch stage {
        case .pretrain(let pretrain):
            addDocuments(extent, sampled, of: pretrain.settings.documentsPerStep)
            memory.checkpointing = pretrain.settings.gradientCheckpointing
        case .sft(let sft):
            addDocuments(extent, sampled, of: sft.settings.documentsPerStep)
            memory.checkpointing = sft.settings.gradientCheckpointing
        case .rewardModel(let rewardModel): addPairs(extent, rewardModel.settings.pairs)
        case .dpo(let dpo):
            addPairs(extent, dpo.settings.pairs)
            memory.reference = true
            scored = total
        case .sample(let sample):
            let settings = sample.settings
            memory.trains = false
            addSampling(
                Self.bounded(min(settings.promptsPerStep, settings.prompts ?? .max)),
                prompt: max(1, extent.longest),
                RolloutSettings(
                    numGenerations: Self.bounded(settings.numGenerations),
                    maxCompletionLength: Self.bounded(settings.maxCompletionLength),
                    concurrency: Self.bounded(settings.maxNumSeqs)))
        case .grpo(let grpo): addReinforcement(extent, grpo.settings)
        }
    }

    /// A setting that is absurd must end in a refusal, not in an overflow.
    static func bounded(_ count: Int) -> Int { min(count, 1 << 20) }

    private mutating func addDocuments(
        _ extent: TextLengths.Extent, _ sampled: Int, of documents: Int
    ) {
        let documents = Self.bounded(documents)
        longest = max(1, extent.longest, sampled)
        // How long the sampled texts are on average, nobody knows yet.
        total = max(1, extent.total(of: documents), sampled * documents)
        together = longest
    }

    private mutating func addPairs(_ extent: TextLengths.Extent, _ settings: PairSettings) {
        memory.checkpointing = settings.gradientCheckpointing
        longest = max(1, extent.longest)
        together = 2 * longest
        total = max(together, extent.total(of: 2 * Self.bounded(settings.pairsPerStep)))
    }

    private mutating func addReinforcement(_ extent: TextLengths.Extent, _ settings: GRPOSettings) {
        memory.checkpointing = settings.gradientCheckpointing
        memory.reference = settings.objective.beta != 0
        memory.mixesReference =
            memory.reference && settings.syncRefModel && settings.refModelMixupAlpha < 1
        let prompt = max(1, extent.longest)
        let length = Self.bounded(settings.largestCompletionLength)
        let group = Self.bounded(settings.numGenerations)
        let prompts = Self.bounded(settings.promptsPerStep)
        let generation = Self.bounded(settings.stepsPerGeneration)
        longest = prompt + length - 1
        together = prompt + group * (length - 1)
        total = prompts * together
        // The reference scores whole generations; without one the difference to the sampler is found
        // for one completion of a group.
        scored = memory.reference ? min(total, Self.mostRows) * generation : prompts * longest
        addSampling(
            prompts * generation, prompt: prompt,
            RolloutSettings(
                numGenerations: group, maxCompletionLength: length,
                concurrency: Self.bounded(settings.maxNumSeqs)))
    }

    /// The rows of the cache, and those of the prompts that fill it when it is empty.
    mutating func addSampling(_ requests: Int, prompt: Int, _ settings: RolloutSettings) {
        let plan = CachePlan(
            requests: requests, longestPrompt: prompt, settings: settings, configuration,
            backend: backend)
        let group = settings.numGenerations
        memory.cacheRows = max(memory.cacheRows, plan.rows)
        memory.prefillRows = max(
            memory.prefillRows,
            min(plan.promptRows, (plan.slots + group - 1) / group * prompt))
    }

    /// Reward models that the stage asks.
    mutating func addScorers(_ configurations: [DecoderConfiguration]) {
        memory.scorers += configurations
    }

    private static let mostRows = 1 << 28

    /// What the stage takes with micro-batches of a budget.
    func estimate(
        _ budget: MicroBatchBudget, checkpointing: Bool, lora: LoRASettings?
    ) -> MemoryEstimate {
        var demand = memory
        // A single completion may exceed the budget, all of them together may not reach it.
        let rows = max(budget.rows, min(budget.limit, together), longest)
        demand.rows = max(1, min(total, rows, Self.mostRows))
        demand.scoringRows = min(scored, max(budget.limit, longest), Self.mostRows)
        demand.checkpointing = checkpointing
        demand.lora = lora
        return MemoryEstimate(configuration, demand, backend: backend)
    }
}

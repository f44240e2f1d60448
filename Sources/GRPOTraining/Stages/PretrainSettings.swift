package import GRPOModels
package import GRPOTensors

/// The recipe keys of stage `pretrain`, beside its data.
package struct PretrainSettings: Sendable, Equatable {
    /// Optimizer updates.
    package var maxSteps = 500
    /// Documents of one update.
    package var documentsPerStep = 128
    /// Whether the loss leaves a document's prompt out.
    package var completionOnlyLoss = false
    /// The largest number of rows of a forward and backward; memory, not mathematics. Null: what
    /// `MicroBatchBudget` finds suits the model.
    package var microBatchTokens: Int?
    /// Whether backward runs each block's forward again instead of keeping its activations: less
    /// memory, more time, the same bits.
    package var gradientCheckpointing = false
    package var saveSteps = 500
    package var optimizer = OptimizerSettings(
        learningRate: 2e-3, lrSchedulerType: .cosine, warmupRatio: 0.03, minLrRate: 0.1,
        adamBeta2: 0.99, weightDecay: 0.01)

    package init() {}

    /// Documents that all steps together draw.
    package var documentsDrawn: Int {
        let (sum, isBeyond) = maxSteps.multipliedReportingOverflow(by: documentsPerStep)
        return isBeyond ? .max : sum
    }

    /// The rows of a pass for a model.
    package func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget {
        MicroBatchBudget(microBatchTokens, atMost: 8192, for: configuration, on: backend)
    }

    /// Everything out of range, by key.
    package func problems() -> [(key: String, message: String)] {
        var found = optimizer.problems()
        for (key, value) in [
            ("max_steps", maxSteps), ("documents_per_step", documentsPerStep),
            ("micro_batch_tokens", microBatchTokens ?? 1), ("save_steps", saveSteps),
        ] where value < 1 {
            found.append((key, "must be at least 1, found \(value)"))
        }
        return found
            + CountLimit.problems(
                ["documents_per_step": documentsPerStep], atMost: CountLimit.perStep)
    }
}

extension PretrainSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case maxSteps = "max_steps"
        case documentsPerStep = "documents_per_step"
        case completionOnlyLoss = "completion_only_loss"
        case microBatchTokens = "micro_batch_tokens"
        case gradientCheckpointing = "gradient_checkpointing"
        case saveSteps = "save_steps"
    }

    package init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        maxSteps = try values.decode(Int.self, forKey: .maxSteps)
        documentsPerStep = try values.decode(Int.self, forKey: .documentsPerStep)
        completionOnlyLoss = try values.decode(Bool.self, forKey: .completionOnlyLoss)
        microBatchTokens = try values.decodeIfPresent(Int.self, forKey: .microBatchTokens)
        gradientCheckpointing = try values.decode(
            Bool.self, forKey: .gradientCheckpointing)
        saveSteps = try values.decode(Int.self, forKey: .saveSteps)
        optimizer = try OptimizerSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(maxSteps, forKey: .maxSteps)
        try values.encode(documentsPerStep, forKey: .documentsPerStep)
        try values.encode(completionOnlyLoss, forKey: .completionOnlyLoss)
        try values.encode(microBatchTokens, forKey: .microBatchTokens)
        try values.encode(gradientCheckpointing, forKey: .gradientCheckpointing)
        try values.encode(saveSteps, forKey: .saveSteps)
        try optimizer.encode(to: encoder)
    }
}

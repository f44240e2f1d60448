package import GRPOModels
package import GRPOTensors

/// The recipe keys of stage `sft`, beside its data: TRL's names; the defaults are those of
/// DeepSeek-R1's fine-tuning (Nature 645, supplement B.4.2: 2 to 3 epochs in batches of 128, the
/// rate half a cosine from 5e-5 down to a tenth).
package struct SFTSettings: Sendable, Equatable {
    /// How often every document is shown; counts only for data that has an end.
    package var numTrainEpochs = 2.0
    /// Optimizer updates; null: as many as the epochs take.
    package var maxSteps: Int?
    /// Documents of one update.
    package var documentsPerStep = 128
    /// Whether the loss leaves a document's prompt out.
    package var completionOnlyLoss = true
    /// The largest number of rows of a forward and backward; memory, not mathematics. Null: what
    /// `MicroBatchBudget` finds suits the model.
    package var microBatchTokens: Int?
    /// Whether backward runs each block's forward again instead of keeping its activations: less
    /// memory, more time, the same bits.
    package var gradientCheckpointing = false
    package var saveSteps = 500
    package var optimizer = OptimizerSettings(
        learningRate: 5e-5, lrSchedulerType: .cosine, minLrRate: 0.1)

    package init() {}

    /// Documents that all steps together draw; nil where neither data nor settings say when to end.
    ///
    /// - Parameter count: of the data, nil where it has no end.
    package func documentsDrawn(of count: Int?) -> Int? {
        if let maxSteps {
            let (drawn, isBeyond) = maxSteps.multipliedReportingOverflow(by: documentsPerStep)
            return isBeyond ? .max : drawn
        }
        guard let count else { return nil }
        return Int(exactly: (numTrainEpochs * Double(count)).rounded(.up)) ?? .max
    }

    /// Updates; the last has fewer documents where they do not come out even. Nil as for
    /// `documentsDrawn(of:)`.
    package func steps(for count: Int?) -> Int? {
        maxSteps
            ?? documentsDrawn(of: count).map { drawn in
                drawn / documentsPerStep + (drawn % documentsPerStep > 0 ? 1 : 0)
            }
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
            ("max_steps", maxSteps ?? 1), ("documents_per_step", documentsPerStep),
            ("micro_batch_tokens", microBatchTokens ?? 1), ("save_steps", saveSteps),
        ] where value < 1 {
            found.append((key, "must be at least 1, found \(value)"))
        }
        found += CountLimit.problems(
            ["documents_per_step": documentsPerStep], atMost: CountLimit.perStep)
        if !(numTrainEpochs > 0 && numTrainEpochs.isFinite) {
            found.append(("num_train_epochs", "must be above 0, found \(numTrainEpochs)"))
        }
        return found
    }
}

extension SFTSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case numTrainEpochs = "num_train_epochs"
        case maxSteps = "max_steps"
        case documentsPerStep = "documents_per_step"
        case completionOnlyLoss = "completion_only_loss"
        case microBatchTokens = "micro_batch_tokens"
        case gradientCheckpointing = "gradient_checkpointing"
        case saveSteps = "save_steps"
    }

    package init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        numTrainEpochs = try values.decode(Double.self, forKey: .numTrainEpochs)
        maxSteps = try values.decodeIfPresent(Int.self, forKey: .maxSteps)
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
        try values.encode(numTrainEpochs, forKey: .numTrainEpochs)
        try values.encode(maxSteps, forKey: .maxSteps)
        try values.encode(documentsPerStep, forKey: .documentsPerStep)
        try values.encode(completionOnlyLoss, forKey: .completionOnlyLoss)
        try values.encode(microBatchTokens, forKey: .microBatchTokens)
        try values.encode(gradientCheckpointing, forKey: .gradientCheckpointing)
        try values.encode(saveSteps, forKey: .saveSteps)
        try optimizer.encode(to: encoder)
    }
}

/// What training on preference pairs needs whatever is trained, as a stage's flat keys: TRL's names
/// and defaults where it has them.
package struct PairSettings: Sendable, Equatable {
    /// How often every pair is shown; counts only for pairs that have an end.
    package var numTrainEpochs = 3.0
    /// Optimizer updates; null: as many as the epochs take.
    package var maxSteps: Int?
    /// Pairs of one update.
    package var pairsPerStep = 8
    /// The largest number of tokens of a prompt with a completion and its ending; null: the model's
    /// positions. A longer pair is an error.
    package var maxLength: Int? = 1024
    /// The largest number of rows of a forward and backward; memory, not mathematics. Null: what
    /// `MicroBatchBudget` finds suits the model.
    package var microBatchTokens: Int?
    /// Whether backward runs each block's forward again instead of keeping its activations: less
    /// memory, more time, the same bits.
    package var gradientCheckpointing = false
    package var saveSteps = 500
    /// A look at held-out pairs every so many steps; null: after the last step only.
    package var evalSteps: Int?
    /// The largest number of held-out pairs looked at.
    package var evalPairs = 200
    package var optimizer: OptimizerSettings

    package init(learningRate: Double) {
        optimizer = OptimizerSettings(learningRate: learningRate)
    }

    /// Pairs that all steps together draw; nil where neither data nor settings say when to end.
    ///
    /// - Parameter count: of the training pairs, nil where they have no end.
    package func pairsDrawn(of count: Int?) -> Int? {
        if let maxSteps {
            let (drawn, isBeyond) = maxSteps.multipliedReportingOverflow(by: pairsPerStep)
            return isBeyond ? .max : drawn
        }
        guard let count else { return nil }
        return Int(exactly: (numTrainEpochs * Double(count)).rounded(.up)) ?? .max
    }

    /// Updates; the last has fewer pairs where they do not come out even. Nil as for
    /// `pairsDrawn(of:)`.
    package func steps(for count: Int?) -> Int? {
        maxSteps
            ?? pairsDrawn(of: count).map { drawn in
                drawn / pairsPerStep + (drawn % pairsPerStep > 0 ? 1 : 0)
            }
    }

    /// Everything out of range, by key.
    package func problems() -> [(key: String, message: String)] {
        var found = optimizer.problems()
        for (key, value, least) in [
            ("max_steps", maxSteps, 1), ("pairs_per_step", pairsPerStep, 1),
            ("max_length", maxLength, 2), ("micro_batch_tokens", microBatchTokens, 1),
            ("save_steps", saveSteps, 1), ("eval_steps", evalSteps, 1),
            ("eval_pairs", evalPairs, 0),
        ] {
            if let value, value < least {
                found.append((key, "must be at least \(least), found \(value)"))
            }
        }
        found += CountLimit.problems(
            ["pairs_per_step": pairsPerStep, "eval_pairs": evalPairs], atMost: CountLimit.perStep)
        if !(numTrainEpochs > 0 && numTrainEpochs.isFinite) {
            found.append(("num_train_epochs", "must be above 0, found \(numTrainEpochs)"))
        }
        return found
    }
}

extension PairSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case numTrainEpochs = "num_train_epochs"
        case maxSteps = "max_steps"
        case pairsPerStep = "pairs_per_step"
        case maxLength = "max_length"
        case microBatchTokens = "micro_batch_tokens"
        case gradientCheckpointing = "gradient_checkpointing"
        case saveSteps = "save_steps"
        case evalSteps = "eval_steps"
        case evalPairs = "eval_pairs"
    }

    package init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        numTrainEpochs = try values.decode(Double.self, forKey: .numTrainEpochs)
        maxSteps = try values.decodeIfPresent(Int.self, forKey: .maxSteps)
        pairsPerStep = try values.decode(Int.self, forKey: .pairsPerStep)
        maxLength = try values.decodeIfPresent(Int.self, forKey: .maxLength)
        microBatchTokens = try values.decodeIfPresent(Int.self, forKey: .microBatchTokens)
        gradientCheckpointing = try values.decode(Bool.self, forKey: .gradientCheckpointing)
        saveSteps = try values.decode(Int.self, forKey: .saveSteps)
        evalSteps = try values.decodeIfPresent(Int.self, forKey: .evalSteps)
        evalPairs = try values.decode(Int.self, forKey: .evalPairs)
        optimizer = try OptimizerSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(numTrainEpochs, forKey: .numTrainEpochs)
        try values.encode(maxSteps, forKey: .maxSteps)
        try values.encode(pairsPerStep, forKey: .pairsPerStep)
        try values.encode(maxLength, forKey: .maxLength)
        try values.encode(microBatchTokens, forKey: .microBatchTokens)
        try values.encode(gradientCheckpointing, forKey: .gradientCheckpointing)
        try values.encode(saveSteps, forKey: .saveSteps)
        try values.encode(evalSteps, forKey: .evalSteps)
        try values.encode(evalPairs, forKey: .evalPairs)
        try optimizer.encode(to: encoder)
    }
}

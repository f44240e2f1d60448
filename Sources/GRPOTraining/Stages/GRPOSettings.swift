package import GRPOModels
package import GRPOObjectives
package import GRPOTensors

/// The recipe keys of stage `grpo`, beside its rewards: TRL's names and defaults where it has them.
package struct GRPOSettings: Sendable, Equatable {
    /// Optimizer updates.
    package var maxSteps = 100
    /// Problems of one update.
    package var promptsPerStep = 8
    /// Completions of each problem: G.
    package var numGenerations = 8
    /// Tokens of a completion, the ending included.
    package var maxCompletionLength = 512
    /// Other limits from later steps on, in their order. The L of `constant_length` stays the
    /// first limit: a constant.
    package var maxCompletionLengthSchedule: [CompletionLengthChange] = []
    /// Of sampling, and of every log-probability in the objective.
    package var temperature = 1.0
    /// Replaces groups without variance; null: they stay.
    package var dynamicSampling: DynamicSampling?
    /// Draws problems by how often they were solved; null: one after the other.
    package var problemPool: ProblemPoolSettings?
    /// How many steps' problems are sampled at once (R1: 16 minibatches of one rollout).
    package var stepsPerGeneration = 1
    /// How often a generation is used; mu in the papers.
    package var numIterations = 1
    /// Whether the reference follows the policy every `refModelSyncSteps`.
    package var syncRefModel = false
    /// The policy's share in the new reference; 1 replaces it.
    package var refModelMixupAlpha = 0.6
    package var refModelSyncSteps = 512
    /// The largest number of sequences decoded at once.
    package var maxNumSeqs = 256
    /// The largest number of rows of a forward and backward; memory, not mathematics. Null: what
    /// `MicroBatchBudget` finds suits the model.
    package var microBatchTokens: Int?
    /// Whether backward runs each block's forward again instead of keeping its activations: less
    /// memory, more time, the same bits.
    package var gradientCheckpointing = false
    /// A checkpoint every so many steps, and at the end.
    package var saveSteps = 100
    /// An evaluation every so many steps; null: only after the stage.
    package var evalSteps: Int?
    /// The words that are counted as signs of reflection; only logged.
    package var reflectionWords = ReflectionWords.r1
    /// What becomes of a run that the first samples show to be hopeless (see `Preflight`): `refuse`,
    /// `warn`, or `off`, which does not look.
    package var preflight = Preflight.Policy.refuse
    /// From what hack gap on it is warned of, a share of the completions (see `HackGap`); null:
    /// never.
    package var hackGapAlarm: Double? = 0.1
    /// What follows where reward, KL, entropy or gradient norm break away (see `CollapseDetector`):
    /// a `report`; a report and the end of the run (`stop`); or nothing (`off`).
    package var collapse = CollapseDetector.Policy.report
    package var optimizer = OptimizerSettings()
    package var objective = ObjectiveSettings()

    package init() {}

    /// The settings with those at their defaults that watch a run and change nothing in it.
    package var unwatched: GRPOSettings {
        var settings = self
        let defaults = GRPOSettings()
        settings.preflight = defaults.preflight
        settings.hackGapAlarm = defaults.hackGapAlarm
        settings.collapse = defaults.collapse
        return settings
    }

    /// The number of updates that one generation serves.
    package var stepsOfGeneration: Int { stepsPerGeneration * numIterations }

    /// Problems that all steps together draw: those of whole generations.
    package var problemsDrawn: Int {
        let generations = (maxSteps - 1) / stepsPerGeneration / numIterations + 1
        return [stepsPerGeneration, generations].reduce(promptsPerStep) { product, factor in
            let (larger, isBeyond) = product.multipliedReportingOverflow(by: factor)
            return isBeyond ? .max : larger
        }
    }

    /// The rows of a pass for a model.
    package func microBatch(
        _ configuration: DecoderConfiguration, on backend: any Backend
    ) -> MicroBatchBudget {
        MicroBatchBudget(microBatchTokens, atMost: 4096, for: configuration, on: backend)
    }

    /// Everything out of range, by key.
    package func problems() -> [(key: String, message: String)] {
        var found = optimizer.problems() + objective.problems() + scheduleProblems()
        func atLeast(_ least: Int, _ key: String, _ value: Int) {
            if value < least { found.append((key, "must be at least \(least), found \(value)")) }
        }
        atLeast(1, "max_steps", maxSteps)
        atLeast(1, "prompts_per_step", promptsPerStep)
        atLeast(1, "num_generations", numGenerations)
        atLeast(1, "max_completion_length", maxCompletionLength)
        atLeast(1, "steps_per_generation", stepsPerGeneration)
        atLeast(1, "num_iterations", numIterations)
        found += CountLimit.problems(
            [
                "prompts_per_step": promptsPerStep, "num_generations": numGenerations,
                "steps_per_generation": stepsPerGeneration, "num_iterations": numIterations,
            ], atMost: CountLimit.perStep)
        found += CountLimit.problems(
            ["max_completion_length": maxCompletionLength], atMost: CountLimit.most)
        atLeast(1, "ref_model_sync_steps", refModelSyncSteps)
        atLeast(1, "max_num_seqs", maxNumSeqs)
        if let microBatchTokens { atLeast(1, "micro_batch_tokens", microBatchTokens) }
        atLeast(1, "save_steps", saveSteps)
        if let evalSteps { atLeast(1, "eval_steps", evalSteps) }
        if let hackGapAlarm, !(hackGapAlarm >= 0 && hackGapAlarm <= 1) {
            found.append(
                ("hack_gap_alarm", "must be null or from 0 to 1, found \(hackGapAlarm)"))
        }
        for word in reflectionWords where !ReflectionWords.isWord(word) {
            found.append(("reflection_words", "must be single words, found '\(word)'"))
        }
        if numGenerations == 1, objective.advantageBaseline != .none {
            found.append(
                (
                    "num_generations",
                    "a group of one has no baseline to compare with; use at least 2, or "
                        + "advantage_baseline: none"
                ))
        }
        found += (dynamicSampling?.problems() ?? []).map {
            ("dynamic_sampling.\($0.key)", $0.message)
        }
        found += (problemPool?.problems() ?? []).map { ("problem_pool.\($0.key)", $0.message) }
        if !(temperature > 0 && temperature.isFinite) {
            found.append(("temperature", "must be above 0 in training, found \(temperature)"))
        }
        if !(0...1).contains(refModelMixupAlpha) {
            found.append(
                ("ref_model_mixup_alpha", "must be between 0 and 1, found \(refModelMixupAlpha)"))
        }
        return found
    }
}

extension GRPOSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case maxSteps = "max_steps"
        case promptsPerStep = "prompts_per_step"
        case numGenerations = "num_generations"
        case maxCompletionLength = "max_completion_length"
        case maxCompletionLengthSchedule = "max_completion_length_schedule"
        case temperature
        case dynamicSampling = "dynamic_sampling"
        case problemPool = "problem_pool"
        case stepsPerGeneration = "steps_per_generation"
        case numIterations = "num_iterations"
        case syncRefModel = "sync_ref_model"
        case refModelMixupAlpha = "ref_model_mixup_alpha"
        case refModelSyncSteps = "ref_model_sync_steps"
        case maxNumSeqs = "max_num_seqs"
        case microBatchTokens = "micro_batch_tokens"
        case gradientCheckpointing = "gradient_checkpointing"
        case saveSteps = "save_steps"
        case evalSteps = "eval_steps"
        case reflectionWords = "reflection_words"
        case preflight, collapse
        case hackGapAlarm = "hack_gap_alarm"
    }

    package init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        maxSteps = try values.decode(Int.self, forKey: .maxSteps)
        promptsPerStep = try values.decode(Int.self, forKey: .promptsPerStep)
        numGenerations = try values.decode(Int.self, forKey: .numGenerations)
        maxCompletionLength = try values.decode(Int.self, forKey: .maxCompletionLength)
        maxCompletionLengthSchedule = try values.decode(
            [CompletionLengthChange].self, forKey: .maxCompletionLengthSchedule)
        temperature = try values.decode(Double.self, forKey: .temperature)
        dynamicSampling = try values.decodeIfPresent(DynamicSampling.self, forKey: .dynamicSampling)
        problemPool = try values.decodeIfPresent(ProblemPoolSettings.self, forKey: .problemPool)
        stepsPerGeneration = try values.decode(Int.self, forKey: .stepsPerGeneration)
        numIterations = try values.decode(Int.self, forKey: .numIterations)
        syncRefModel = try values.decode(Bool.self, forKey: .syncRefModel)
        refModelMixupAlpha = try values.decode(Double.self, forKey: .refModelMixupAlpha)
        refModelSyncSteps = try values.decode(Int.self, forKey: .refModelSyncSteps)
        maxNumSeqs = try values.decode(Int.self, forKey: .maxNumSeqs)
        microBatchTokens = try values.decodeIfPresent(Int.self, forKey: .microBatchTokens)
        gradientCheckpointing = try values.decode(
            Bool.self, forKey: .gradientCheckpointing)
        saveSteps = try values.decode(Int.self, forKey: .saveSteps)
        evalSteps = try values.decodeIfPresent(Int.self, forKey: .evalSteps)
        reflectionWords = try values.decode([String].self, forKey: .reflectionWords)
        preflight = try values.decode(Preflight.Policy.self, forKey: .preflight)
        hackGapAlarm = try values.decodeIfPresent(Double.self, forKey: .hackGapAlarm)
        collapse = try values.decode(CollapseDetector.Policy.self, forKey: .collapse)
        optimizer = try OptimizerSettings(from: decoder)
        objective = try ObjectiveSettings(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(maxSteps, forKey: .maxSteps)
        try values.encode(promptsPerStep, forKey: .promptsPerStep)
        try values.encode(numGenerations, forKey: .numGenerations)
        try values.encode(maxCompletionLength, forKey: .maxCompletionLength)
        try values.encode(maxCompletionLengthSchedule, forKey: .maxCompletionLengthSchedule)
        try values.encode(temperature, forKey: .temperature)
        try values.encode(dynamicSampling, forKey: .dynamicSampling)
        try values.encode(problemPool, forKey: .problemPool)
        try values.encode(stepsPerGeneration, forKey: .stepsPerGeneration)
        try values.encode(numIterations, forKey: .numIterations)
        try values.encode(syncRefModel, forKey: .syncRefModel)
        try values.encode(refModelMixupAlpha, forKey: .refModelMixupAlpha)
        try values.encode(refModelSyncSteps, forKey: .refModelSyncSteps)
        try values.encode(maxNumSeqs, forKey: .maxNumSeqs)
        try values.encode(microBatchTokens, forKey: .microBatchTokens)
        try values.encode(gradientCheckpointing, forKey: .gradientCheckpointing)
        try values.encode(saveSteps, forKey: .saveSteps)
        try values.encode(evalSteps, forKey: .evalSteps)
        try values.encode(reflectionWords, forKey: .reflectionWords)
        try values.encode(preflight, forKey: .preflight)
        try values.encode(hackGapAlarm, forKey: .hackGapAlarm)
        try values.encode(collapse, forKey: .collapse)
        try optimizer.encode(to: encoder)
        try objective.encode(to: encoder)
    }
}

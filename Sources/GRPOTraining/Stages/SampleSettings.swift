import GRPOTensors

/// The recipe keys of stage `sample`, beside what it keeps: TRL's names where it has them.
package struct SampleSettings: Sendable, Equatable {
    /// Different training problems; null: all of a task that has an end.
    package var prompts: Int? = 256
    /// Problems that are sampled together, and after which an interrupted stage goes on: time and
    /// memory, nothing that is drawn hangs on it.
    package var promptsPerStep = 64
    /// Completions of each problem.
    package var numGenerations = 8
    /// Tokens of a completion, the ending included.
    package var maxCompletionLength = 512
    /// 0 takes the likeliest token.
    package var temperature = 1.0
    package var topP = 1.0
    /// How many completions of a problem are kept at most; null: all that pass.
    package var maxPerPrompt: Int?
    /// The largest number of sequences decoded at once.
    package var maxNumSeqs = 256

    package init() {}

    var sampling: Sampling { Sampling(temperature: temperature, topP: topP) }

    /// Everything out of range, by key.
    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        for (key, value) in [
            ("prompts", prompts ?? 1), ("prompts_per_step", promptsPerStep),
            ("num_generations", numGenerations), ("max_completion_length", maxCompletionLength),
            ("max_per_prompt", maxPerPrompt ?? 1), ("max_num_seqs", maxNumSeqs),
        ] where value < 1 {
            found.append((key, "must be at least 1, found \(value)"))
        }
        found += CountLimit.problems(
            ["prompts_per_step": promptsPerStep, "num_generations": numGenerations],
            atMost: CountLimit.perStep)
        found += CountLimit.problems(
            ["prompts": prompts, "max_completion_length": maxCompletionLength],
            atMost: CountLimit.most)
        if !(temperature >= 0 && temperature.isFinite) {
            found.append(("temperature", "must be at least 0, found \(temperature)"))
        }
        if temperature == 0, numGenerations > 1 {
            found.append(
                (
                    "temperature",
                    "at 0 all \(numGenerations) completions of a problem are the same; raise it, "
                        + "or set num_generations to 1"
                ))
        }
        if !(topP > 0 && topP <= 1) {
            found.append(("top_p", "must be above 0 and at most 1, found \(topP)"))
        }
        return found
    }
}

extension SampleSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case prompts, temperature
        case promptsPerStep = "prompts_per_step"
        case numGenerations = "num_generations"
        case maxCompletionLength = "max_completion_length"
        case topP = "top_p"
        case maxPerPrompt = "max_per_prompt"
        case maxNumSeqs = "max_num_seqs"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        prompts = try values.decodeIfPresent(Int.self, forKey: .prompts)
        promptsPerStep = try values.decode(Int.self, forKey: .promptsPerStep)
        numGenerations = try values.decode(Int.self, forKey: .numGenerations)
        maxCompletionLength = try values.decode(Int.self, forKey: .maxCompletionLength)
        temperature = try values.decode(Double.self, forKey: .temperature)
        topP = try values.decode(Double.self, forKey: .topP)
        maxPerPrompt = try values.decodeIfPresent(Int.self, forKey: .maxPerPrompt)
        maxNumSeqs = try values.decode(Int.self, forKey: .maxNumSeqs)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(prompts, forKey: .prompts)
        try values.encode(promptsPerStep, forKey: .promptsPerStep)
        try values.encode(numGenerations, forKey: .numGenerations)
        try values.encode(maxCompletionLength, forKey: .maxCompletionLength)
        try values.encode(temperature, forKey: .temperature)
        try values.encode(topP, forKey: .topP)
        try values.encode(maxPerPrompt, forKey: .maxPerPrompt)
        try values.encode(maxNumSeqs, forKey: .maxNumSeqs)
    }
}

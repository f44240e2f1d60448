/// How a policy is evaluated: k samples of every held-out problem.
package struct EvaluationSettings: Codable, Sendable, Equatable {
    /// Held-out problems; 0: nothing is evaluated.
    package var problems: Int
    /// Completions of each: k.
    package var samples: Int
    package var temperature: Double
    package var topP: Double
    /// Null: the largest of the recipe's stages, else 512.
    package var maxCompletionLength: Int?
    /// The k of further unbiased pass@k, each at most `samples`.
    package var passAt: [Int]
    /// Answered training problems before each question; R1 was hurt by them (R1 report, section 4).
    package var fewShot: Int
    /// Whether prompts end in an opened thought.
    package var think: ThoughtOpening
    /// Whether the problems' system messages are shown. What a chat template says by itself it says
    /// in either case.
    package var systemPrompt: Bool

    package init(
        problems: Int = 500, samples: Int = 4, temperature: Double = 1, topP: Double = 1,
        maxCompletionLength: Int? = nil, passAt: [Int] = [], fewShot: Int = 0,
        think: ThoughtOpening = .never, systemPrompt: Bool = true
    ) {
        self.problems = problems
        self.samples = samples
        self.temperature = temperature
        self.topP = topP
        self.maxCompletionLength = maxCompletionLength
        self.passAt = passAt
        self.fewShot = fewShot
        self.think = think
        self.systemPrompt = systemPrompt
    }

    /// What DeepSeek-R1 is evaluated by (R1 report, section 3, and the README of its repository):
    /// temperature 0.6, top-p 0.95, no system message, `<think>` and a line feed forced where the
    /// model is one that thinks, no examples. The number of samples is 4 to 64, by the size of the
    /// test set; the largest length, 32,768 there, is the model's affair.
    package static func r1(problems: Int = 500, samples: Int = 4) -> EvaluationSettings {
        EvaluationSettings(
            problems: problems, samples: samples, temperature: 0.6, topP: 0.95, think: .auto,
            systemPrompt: false)
    }

    /// Everything out of range, by key.
    package func rangeProblems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if problems < 0 {
            found.append(
                ("problems", "must be at least 0, which evaluates nothing, found \(problems)"))
        }
        if samples < 1 { found.append(("samples", "must be at least 1, found \(samples)")) }
        if !(temperature >= 0 && temperature.isFinite) {
            found.append(("temperature", "must be at least 0, found \(temperature)"))
        }
        if !(topP > 0 && topP <= 1) {
            found.append(("top_p", "must be above 0 and at most 1, found \(topP)"))
        }
        if let length = maxCompletionLength, length < 1 {
            found.append(("max_completion_length", "must be at least 1, found \(length)"))
        }
        for k in passAt where !(1...max(1, samples)).contains(k) {
            found.append(("pass_at", "must be between 1 and samples, \(samples), found \(k)"))
        }
        found += CountLimit.problems(["samples": samples], atMost: CountLimit.perStep)
        found += CountLimit.problems(
            ["max_completion_length": maxCompletionLength], atMost: CountLimit.most)
        if !(0...1000).contains(fewShot) {
            found.append(("few_shot", "must be between 0 and 1000, found \(fewShot)"))
        }
        return found
    }
}

extension EvaluationSettings {
    private enum CodingKeys: String, CodingKey {
        case problems, samples, temperature, think
        case topP = "top_p"
        case maxCompletionLength = "max_completion_length"
        case passAt = "pass_at"
        case fewShot = "few_shot"
        case systemPrompt = "system_prompt"
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(problems, forKey: .problems)
        try values.encode(samples, forKey: .samples)
        try values.encode(temperature, forKey: .temperature)
        try values.encode(topP, forKey: .topP)
        try values.encode(maxCompletionLength, forKey: .maxCompletionLength)
        try values.encode(passAt, forKey: .passAt)
        try values.encode(fewShot, forKey: .fewShot)
        try values.encode(think, forKey: .think)
        try values.encode(systemPrompt, forKey: .systemPrompt)
    }
}

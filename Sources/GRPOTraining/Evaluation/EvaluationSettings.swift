/// How a policy is evaluated: k samples of every held-out problem.
package struct EvaluationSettings: Codable, Sendable, Equatable {
    /// Held-out problems.
    package var problems: Int
    /// Completions of each: k.
    package var samples: Int
    package var temperature: Double
    package var topP: Double
    /// Null: the largest of the recipe's stages, else 512.
    package var maxCompletionLength: Int?

    package init(
        problems: Int = 500, samples: Int = 4, temperature: Double = 1, topP: Double = 1,
        maxCompletionLength: Int? = nil
    ) {
        self.problems = problems
        self.samples = samples
        self.temperature = temperature
        self.topP = topP
        self.maxCompletionLength = maxCompletionLength
    }

    /// Everything out of range, by key.
    package func rangeProblems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if problems < 1 { found.append(("problems", "must be at least 1, found \(problems)")) }
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
        return found
    }
}

extension EvaluationSettings {
    private enum CodingKeys: String, CodingKey {
        case problems, samples, temperature
        case topP = "top_p"
        case maxCompletionLength = "max_completion_length"
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(problems, forKey: .problems)
        try values.encode(samples, forKey: .samples)
        try values.encode(temperature, forKey: .temperature)
        try values.encode(topP, forKey: .topP)
        try values.encode(maxCompletionLength, forKey: .maxCompletionLength)
    }
}

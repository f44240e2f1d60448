/// What a policy can do on held-out problems.
package struct EvaluationResult: Sendable, Equatable {
    /// The stage whose policy it is.
    package var stage: String
    package var task: String
    package var problems: Int
    package var samples: Int
    package var temperature: Double
    /// The mean over problems of the share of right samples.
    package var passAt1: Double
    /// Its 95% interval.
    package var passAt1Interval: ClosedRange<Double>
    /// One completion of every problem at temperature 0.
    package var passAt1Greedy: Double
    /// The share of problems with a right sample among the k.
    package var passAtK: Double
    /// The share of problems whose most frequent answer is right (cons@k in the R1 papers).
    package var majAtK: Double
    /// The share of samples in R1's think and answer format.
    package var format: Double
    /// Mean tokens of a sample.
    package var meanLength: Double
    /// The first samples, for people to read.
    package var examples: [Example]

    package struct Example: Sendable, Equatable, Codable {
        /// The bare question.
        package var prompt: String
        /// What the policy was given: the question in its template.
        package var asked: String
        package var completion: String
        package var isRight: Bool

        private enum CodingKeys: String, CodingKey {
            case prompt, asked, completion
            case isRight = "is_right"
        }
    }
}

extension EvaluationResult: Codable {
    private enum CodingKeys: String, CodingKey {
        case stage, task, problems, samples, temperature, format, examples
        case passAt1 = "pass@1"
        case passAt1Interval = "pass@1_interval"
        case passAt1Greedy = "pass@1_greedy"
        case passAtK = "pass@k"
        case majAtK = "maj@k"
        case meanLength = "mean_length"
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(stage, forKey: .stage)
        try values.encode(task, forKey: .task)
        try values.encode(problems, forKey: .problems)
        try values.encode(samples, forKey: .samples)
        try values.encode(temperature, forKey: .temperature)
        try values.encode(passAt1, forKey: .passAt1)
        try values.encode(
            [passAt1Interval.lowerBound, passAt1Interval.upperBound], forKey: .passAt1Interval)
        try values.encode(passAt1Greedy, forKey: .passAt1Greedy)
        try values.encode(passAtK, forKey: .passAtK)
        try values.encode(majAtK, forKey: .majAtK)
        try values.encode(format, forKey: .format)
        try values.encode(meanLength, forKey: .meanLength)
        try values.encode(examples, forKey: .examples)
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let interval = try values.decode([Double].self, forKey: .passAt1Interval)
        guard interval.count == 2, interval[0] <= interval[1] else {
            throw DecodingError.dataCorruptedError(
                forKey: .passAt1Interval, in: values, debugDescription: "\(interval)")
        }
        self.init(
            stage: try values.decode(String.self, forKey: .stage),
            task: try values.decode(String.self, forKey: .task),
            problems: try values.decode(Int.self, forKey: .problems),
            samples: try values.decode(Int.self, forKey: .samples),
            temperature: try values.decode(Double.self, forKey: .temperature),
            passAt1: try values.decode(Double.self, forKey: .passAt1),
            passAt1Interval: interval[0]...interval[1],
            passAt1Greedy: try values.decode(Double.self, forKey: .passAt1Greedy),
            passAtK: try values.decode(Double.self, forKey: .passAtK),
            majAtK: try values.decode(Double.self, forKey: .majAtK),
            format: try values.decode(Double.self, forKey: .format),
            meanLength: try values.decode(Double.self, forKey: .meanLength),
            examples: try values.decode([Example].self, forKey: .examples))
    }
}

/// 95% intervals of a mean over problems.
package enum Interval {
    /// Problems are the units: their samples are not independent. The normal interval of the mean,
    /// cut at 0 and 1; where all problems agree, Wilson's interval for that many trials.
    package static func mean(of shares: [Double]) -> ClosedRange<Double> {
        let count = Double(shares.count)
        guard count > 0 else { return 0...1 }
        let z = 1.959963984540054
        let mean = shares.reduce(0, +) / count
        let squares = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        if squares == 0 || count == 1 {
            let centre = (mean + z * z / (2 * count)) / (1 + z * z / count)
            let spread =
                z / (1 + z * z / count)
                * (mean * (1 - mean) / count + z * z / (4 * count * count)).squareRoot()
            // At 0 and 1 Wilson's bound is the mean itself, which rounding must not exclude.
            return max(0, min(mean, centre - spread))...min(1, max(mean, centre + spread))
        }
        let error = (squares / (count - 1) / count).squareRoot()
        return max(0, mean - z * error)...min(1, mean + z * error)
    }
}

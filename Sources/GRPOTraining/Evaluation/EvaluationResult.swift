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
    /// Answers are what the task's verifier reads; a completion without one has no vote, a tie
    /// goes to the answer that was given first, and without any vote the problem counts as wrong.
    package var majAtK: Double
    /// The share of samples in R1's think and answer format.
    package var format: Double
    /// Mean tokens of a sample.
    package var meanLength: Double
    /// Whether none of the problems can have been trained on; nil where no training is known.
    package var heldOutChecked: Bool?
    /// The first samples, for people to read.
    package var examples: [Example]

    package init(
        stage: String, task: String, problems: Int, samples: Int, temperature: Double,
        passAt1: Double, passAt1Interval: ClosedRange<Double>, passAt1Greedy: Double,
        passAtK: Double, majAtK: Double, format: Double, meanLength: Double,
        heldOutChecked: Bool? = nil, examples: [Example] = []
    ) {
        self.stage = stage
        self.task = task
        self.problems = problems
        self.samples = samples
        self.temperature = temperature
        self.passAt1 = passAt1
        self.passAt1Interval = passAt1Interval
        self.passAt1Greedy = passAt1Greedy
        self.passAtK = passAtK
        self.majAtK = majAtK
        self.format = format
        self.meanLength = meanLength
        self.heldOutChecked = heldOutChecked
        self.examples = examples
    }

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
        case heldOutChecked = "held_out_checked"
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
        try values.encodeIfPresent(heldOutChecked, forKey: .heldOutChecked)
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
            heldOutChecked: try values.decodeIfPresent(Bool.self, forKey: .heldOutChecked),
            examples: try values.decode([Example].self, forKey: .examples))
    }
}

// As JSON: the shares by the names the field gives them, an interval as a list of its two bounds.
extension EvaluationResult: Codable {
    private enum CodingKeys: String, CodingKey {
        case stage, task, problems, samples, temperature, format, measures, examples, ungradable
        case conditions
        case passAt1 = "pass@1"
        case passAt1Interval = "pass@1_interval"
        case passAt1Greedy = "pass@1_greedy"
        case passAt1GreedyInterval = "pass@1_greedy_interval"
        case passAtK = "pass@k"
        case passAtKInterval = "pass@k_interval"
        case majAtK = "maj@k"
        case majAtKInterval = "maj@k_interval"
        case formatInterval = "format_interval"
        case passAt = "pass_at"
        case meanLength = "mean_length"
        case heldOutChecked = "held_out_checked"
        case generalProblems = "general_problems"
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(stage, forKey: .stage)
        try values.encode(task, forKey: .task)
        try values.encode(problems, forKey: .problems)
        try values.encode(samples, forKey: .samples)
        try values.encode(temperature, forKey: .temperature)
        try values.encode(passAt1, forKey: .passAt1)
        try values.encode(passAt1Interval.bounds, forKey: .passAt1Interval)
        try values.encode(passAt1Greedy, forKey: .passAt1Greedy)
        if let greedy = intervals?.passAt1Greedy {
            try values.encode(greedy.bounds, forKey: .passAt1GreedyInterval)
        }
        try values.encode(passAtK, forKey: .passAtK)
        if let intervals { try values.encode(intervals.passAtK.bounds, forKey: .passAtKInterval) }
        try values.encode(majAtK, forKey: .majAtK)
        if let intervals { try values.encode(intervals.majAtK.bounds, forKey: .majAtKInterval) }
        if !passAt.isEmpty { try values.encode(passAt, forKey: .passAt) }
        try values.encode(format, forKey: .format)
        if let intervals { try values.encode(intervals.format.bounds, forKey: .formatInterval) }
        try values.encode(meanLength, forKey: .meanLength)
        if !measures.isEmpty { try values.encode(measures, forKey: .measures) }
        if generalProblems > 0 { try values.encode(generalProblems, forKey: .generalProblems) }
        if ungradable > 0 { try values.encode(ungradable, forKey: .ungradable) }
        if let conditions { try values.encode(conditions, forKey: .conditions) }
        try values.encodeIfPresent(heldOutChecked, forKey: .heldOutChecked)
        try values.encode(examples, forKey: .examples)
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            stage: try values.decode(String.self, forKey: .stage),
            task: try values.decode(String.self, forKey: .task),
            problems: try values.decode(Int.self, forKey: .problems),
            samples: try values.decode(Int.self, forKey: .samples),
            temperature: try values.decode(Double.self, forKey: .temperature),
            passAt1: try values.decode(Double.self, forKey: .passAt1),
            passAt1Interval: try values.interval(.passAt1Interval),
            passAt1Greedy: try values.decodeIfPresent(Double.self, forKey: .passAt1Greedy),
            passAtK: try values.decode(Double.self, forKey: .passAtK),
            majAtK: try values.decode(Double.self, forKey: .majAtK),
            format: try values.decode(Double.self, forKey: .format),
            meanLength: try values.decodeIfPresent(Double.self, forKey: .meanLength),
            heldOutChecked: try values.decodeIfPresent(Bool.self, forKey: .heldOutChecked),
            intervals: try values.contains(.passAtKInterval) ? Self.intervals(in: values) : nil,
            passAt: try values.decodeIfPresent([Estimate].self, forKey: .passAt) ?? [],
            measures: try values.decodeIfPresent([Measure].self, forKey: .measures) ?? [],
            conditions: try values.decodeIfPresent(Conditions.self, forKey: .conditions),
            generalProblems: try values.decodeIfPresent(Int.self, forKey: .generalProblems) ?? 0,
            ungradable: try values.decodeIfPresent(Int.self, forKey: .ungradable) ?? 0,
            examples: try values.decode([Example].self, forKey: .examples))
    }

    private static func intervals(
        in values: KeyedDecodingContainer<CodingKeys>
    ) throws -> Intervals {
        Intervals(
            passAt1Greedy: values.contains(.passAt1GreedyInterval)
                ? try values.interval(.passAt1GreedyInterval) : nil,
            passAtK: try values.interval(.passAtKInterval),
            majAtK: try values.interval(.majAtKInterval),
            format: try values.interval(.formatInterval))
    }
}

extension EvaluationResult.Estimate: Codable {
    private enum CodingKeys: String, CodingKey { case k, value, interval }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            k: try values.decode(Int.self, forKey: .k),
            value: try values.decode(Double.self, forKey: .value),
            interval: try values.interval(.interval))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(k, forKey: .k)
        try values.encode(value, forKey: .value)
        try values.encode(interval.bounds, forKey: .interval)
    }
}

extension EvaluationResult.Measure: Codable {
    private enum CodingKeys: String, CodingKey { case name, mean, interval, problems }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try values.decode(String.self, forKey: .name),
            mean: try values.decode(Double.self, forKey: .mean),
            interval: try values.interval(.interval),
            problems: try values.decode(Int.self, forKey: .problems))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(mean, forKey: .mean)
        try values.encode(interval.bounds, forKey: .interval)
        try values.encode(problems, forKey: .problems)
    }
}

extension ClosedRange<Double> {
    /// As JSON has it.
    var bounds: [Double] { [lowerBound, upperBound] }
}

extension KeyedDecodingContainer {
    /// An interval from its two bounds.
    fileprivate func interval(_ key: Key) throws -> ClosedRange<Double> {
        let bounds = try decode([Double].self, forKey: key)
        guard bounds.count == 2, bounds[0] <= bounds[1] else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: self, debugDescription: "\(bounds)")
        }
        return bounds[0]...bounds[1]
    }
}

/// One evaluation of a policy, with the field names of the command's JSON.
package struct EvaluationRow: Codable, Sendable, Equatable {
    package var stage: String
    package var task: String
    package var problems: Int
    package var samples: Int
    package var temperature: Double
    package var passAt1: Double
    /// 95%, low and high.
    package var interval: [Double]
    package var greedy: Double?
    package var passAtK: Double?
    package var majorityAtK: Double?
    package var format: Double?
    /// In tokens.
    package var meanLength: Double?

    enum CodingKeys: String, CodingKey {
        case stage, task, problems, samples, temperature
        case passAt1 = "pass@1"
        case interval = "pass@1_interval"
        case greedy = "pass@1_greedy"
        case passAtK = "pass@k"
        case majorityAtK = "maj@k"
        case format
        case meanLength = "mean_length"
    }

    package init(
        stage: String, task: String, problems: Int, samples: Int, temperature: Double,
        passAt1: Double, interval: [Double], greedy: Double? = nil, passAtK: Double? = nil,
        majorityAtK: Double? = nil, format: Double? = nil, meanLength: Double? = nil
    ) {
        self.stage = stage
        self.task = task
        self.problems = problems
        self.samples = samples
        self.temperature = temperature
        self.passAt1 = passAt1
        self.interval = interval
        self.greedy = greedy
        self.passAtK = passAtK
        self.majorityAtK = majorityAtK
        self.format = format
        self.meanLength = meanLength
    }

    /// The cells of ``header``.
    package var cells: [String] {
        let bounds = interval.map { ShortNumber.fixed($0) }.joined(separator: ", ")
        return [
            stage, task, ShortNumber.fixed(passAt1), interval.isEmpty ? "-" : "[\(bounds)]",
            ShortNumber.fixed(greedy), ShortNumber.fixed(format),
            ShortNumber.fixed(meanLength, decimals: 1),
        ]
    }

    /// The numbers on one line, for the log.
    package var line: String {
        let bounds = interval.map { ShortNumber.fixed($0) }.joined(separator: ", ")
        return "pass@1 \(ShortNumber.fixed(passAt1)) [\(bounds)]  "
            + "greedy \(ShortNumber.fixed(greedy))  format \(ShortNumber.fixed(format))"
    }

    package static let header = [
        "stage", "task", "pass@1", "95% interval", "greedy", "format", "mean length",
    ]

    /// The table that a run prints at its end.
    package static func table(_ rows: [EvaluationRow]) -> TextTable {
        var table = TextTable(header)
        for row in rows { table.add(row.cells) }
        return table
    }
}

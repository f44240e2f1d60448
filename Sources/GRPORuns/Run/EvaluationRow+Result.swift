package import GRPOTraining

extension EvaluationRow {
    /// The row of an evaluation.
    package init(_ result: EvaluationResult) {
        self.init(
            stage: result.stage, task: result.task, problems: result.problems,
            samples: result.samples, temperature: result.temperature, passAt1: result.passAt1,
            interval: [result.passAt1Interval.lowerBound, result.passAt1Interval.upperBound],
            greedy: result.passAt1Greedy, passAtK: result.passAtK, majorityAtK: result.majAtK,
            format: result.format, meanLength: result.meanLength)
    }
}

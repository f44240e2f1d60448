package import GRPOTraining

// An evaluation as a row of a table and as a line of the log.
extension EvaluationResult {
    package static let header = [
        "stage", "task", "pass@1", "95% interval", "greedy", "format", "mean length",
    ]

    /// The cells of ``header``.
    package var cells: [String] {
        [
            stage, task, ShortNumber.fixed(passAt1), bounds, ShortNumber.fixed(passAt1Greedy),
            ShortNumber.fixed(format), ShortNumber.fixed(meanLength, decimals: 1),
        ]
    }

    /// The numbers on one line, for the log.
    package var line: String {
        "pass@1 \(ShortNumber.fixed(passAt1)) \(bounds)  "
            + "greedy \(ShortNumber.fixed(passAt1Greedy))  format \(ShortNumber.fixed(format))"
    }

    /// The table that a run prints at its end.
    package static func table(_ results: [EvaluationResult]) -> TextTable {
        var table = TextTable(header)
        for result in results { table.add(result.cells) }
        return table
    }

    private var bounds: String {
        "[\(ShortNumber.fixed(passAt1Interval.lowerBound)), "
            + "\(ShortNumber.fixed(passAt1Interval.upperBound))]"
    }

    /// What must be said beside these numbers; nil where nothing.
    static func caution(_ results: [EvaluationResult]) -> String? {
        guard results.contains(where: { $0.heldOutChecked == false }) else { return nil }
        return "Whether training has shown these problems was not checked: they are of another "
            + "task than the one trained on, or the task cannot tell."
    }
}

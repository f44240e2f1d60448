package import GRPOTraining

// An evaluation as a row of a table and as a line of the log.
extension EvaluationResult {
    package static let header = [
        "stage", "task", "pass@1", "95% interval", "greedy", "format", "mean length",
    ]

    /// The cells of ``header``.
    package var cells: [String] {
        [
            stage, task, ShortNumber.fixed(passAt1), Self.bounds(passAt1Interval),
            ShortNumber.fixed(passAt1Greedy), ShortNumber.fixed(format),
            ShortNumber.fixed(meanLength, decimals: 1),
        ]
    }

    /// The numbers on one line, for the log.
    package var line: String {
        "pass@1 \(ShortNumber.fixed(passAt1)) \(Self.bounds(passAt1Interval))  "
            + "greedy \(ShortNumber.fixed(passAt1Greedy))  format \(ShortNumber.fixed(format))"
            + measures.map { "  \($0.name) \(ShortNumber.fixed($0.mean))" }.joined()
    }

    /// The table that a run prints at its end: a column more for each further pass@k that was asked
    /// for, and for each measure that was taken.
    package static func table(_ results: [EvaluationResult]) -> TextTable {
        var names: [String] = []
        for name in results.flatMap({ $0.measures.map(\.name) }) where !names.contains(name) {
            names.append(name)
        }
        let ks = Set(results.flatMap { $0.passAt.map(\.k) }).subtracting([1]).sorted()
        var table = TextTable(header + ks.map { "pass@\($0)" } + names)
        for result in results {
            table.add(
                result.cells
                    + ks.map { k in
                        ShortNumber.fixed(result.passAt.first { $0.k == k }?.value)
                    }
                    + names.map { name in
                        result[measure: name].map { ShortNumber.fixed($0.mean) } ?? "-"
                    })
        }
        return table
    }

    /// Every share with its interval, one on each row, for one policy at a time.
    package var details: TextTable {
        var table = TextTable(["measure", "value", "95% interval"])
        func add(_ name: String, _ value: Double?, _ interval: ClosedRange<Double>?) {
            table.add([name, ShortNumber.fixed(value), interval.map(Self.bounds) ?? "-"])
        }
        add("pass@1", passAt1, passAt1Interval)
        // Those of 1 and of all samples have a row of their own.
        for estimate in passAt where estimate.k != 1 && estimate.k != samples {
            add("pass@\(estimate.k)", estimate.value, estimate.interval)
        }
        add("pass@k, k = \(samples)", passAtK, intervals?.passAtK)
        add("maj@\(samples)", majAtK, intervals?.majAtK)
        add("greedy", passAt1Greedy, intervals?.passAt1Greedy)
        add("format", format, intervals?.format)
        for measure in measures { add(measure.name, measure.mean, measure.interval) }
        return table
    }

    /// An interval as people read it.
    package static func bounds(_ interval: ClosedRange<Double>) -> String {
        "[\(ShortNumber.fixed(interval.lowerBound)), \(ShortNumber.fixed(interval.upperBound))]"
    }

    /// What must be said beside these numbers; nil where nothing.
    static func caution(_ results: [EvaluationResult]) -> String? {
        guard results.contains(where: { $0.heldOutChecked == false }) else { return nil }
        return "Whether training has shown these problems was not checked: they are of another "
            + "task than the one trained on, or task or data cannot tell."
    }
}

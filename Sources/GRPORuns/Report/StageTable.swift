import GRPOTraining

/// What every stage made of its policy, over the seeds of a pipeline: a row for each evaluated
/// stage, a column for each number, each with a 95% interval. Runs of several recipes are not one
/// pipeline: each recipe's stages are rows of their own, whatever they are called.
///
/// Over several runs the interval is Student's over the runs, which are what was drawn, cut at 0 and 1
/// where all values lie between; where the runs agree exactly, which says nothing of the next one, it
/// reaches over the runs' own intervals. Of a single run it is that of its evaluation, over problems.
package struct StageTable: Sendable, Encodable {
    /// One number of a stage.
    package struct Cell: Sendable, Encodable {
        package var mean: Double
        package var interval: ClosedRange<Double>?
        /// Of each run, in their order.
        package var values: [Double]

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(mean, forKey: .mean)
            if let interval {
                try container.encode(
                    [interval.lowerBound, interval.upperBound], forKey: .interval)
            }
            try container.encode(values, forKey: .values)
        }

        private enum CodingKeys: String, CodingKey { case mean, interval, values }
    }

    package struct Row: Sendable, Encodable {
        /// What the recipe is called; nil where all runs are of one.
        package var recipe: String?
        package var stage: String
        /// The runs that have come to the stage.
        package var runs: Int
        /// The stage whose policy this one began with; nil for the first.
        package var from: String?
        /// In the order of `columns`; nil where a stage has no such number.
        package var cells: [Cell?]
    }

    /// `accuracy`, `format`, the measures, `MEASURE win rate` of those asked for, `mean length`.
    package let columns: [String]
    package let rows: [Row]
    /// How many runs there are.
    package let runs: Int

    /// One run's evaluations, and how its stages did against those they began with.
    struct Evidence {
        /// What the run's recipe is called.
        var recipe: String
        var results: [EvaluationResult]
        /// By stage: whose policy it began with.
        var parents: [String: String]
        /// By stage: against its parent.
        var comparisons: [String: PairedComparison]
    }

    /// - Parameter winRates: the measures by which each stage is compared with the one it began with.
    init(_ runs: [Evidence], winRates: [String]) {
        self.runs = runs.count
        let measures = Self.distinct(
            runs.flatMap { $0.results.flatMap { $0.measures.map(\.name) } })
        columns =
            ["accuracy", "format"] + measures + winRates.map { "\($0) win rate" } + ["mean length"]
        let recipes = Self.distinct(runs.map(\.recipe))
        rows = recipes.flatMap { recipe in
            Self.rows(
                runs.filter { $0.recipe == recipe }, of: recipes.count > 1 ? recipe : nil,
                measures: measures, winRates: winRates)
        }
    }

    private static func distinct(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    /// The rows of one recipe.
    private static func rows(
        _ runs: [Evidence], of recipe: String?, measures: [String], winRates rated: [String]
    ) -> [Row] {
        distinct(runs.flatMap { $0.results.map(\.stage) }).map { stage in
            func cell(
                _ value: (Evidence, EvaluationResult) -> (Double, ClosedRange<Double>?)?
            ) -> Cell? {
                Self.cell(
                    runs.compactMap { run in
                        run.results.first { $0.stage == stage }.flatMap { value(run, $0) }
                    })
            }
            let cells =
                [
                    cell { ($1.passAt1, $1.passAt1Interval) },
                    cell { ($1.format, $1.intervals?.format) },
                ]
                + measures.map { name in
                    cell { _, result in result[measure: name].map { ($0.mean, $0.interval) } }
                }
                + rated.map { name in
                    cell { run, _ in
                        run.comparisons[stage]?.winRates.first { $0.measure == name }
                            .map { ($0.rate, $0.interval) }
                    }
                }
                + [cell { _, result in result.meanLength.map { ($0, nil) } }]
            return Row(
                recipe: recipe, stage: stage,
                runs: runs.count { $0.results.contains { $0.stage == stage } },
                from: runs.lazy.compactMap { $0.parents[stage] }.first, cells: cells)
        }
    }

    private static func cell(_ found: [(value: Double, interval: ClosedRange<Double>?)]) -> Cell? {
        guard !found.isEmpty else { return nil }
        let values = found.map(\.value)
        return Cell(
            mean: values.reduce(0, +) / Double(values.count), interval: interval(found),
            values: values)
    }

    /// Of one number of several runs, each with the interval of its own evaluation.
    static func interval(
        _ found: [(value: Double, interval: ClosedRange<Double>?)]
    ) -> ClosedRange<Double>? {
        let values = found.map(\.value)
        guard values.contains(where: { $0 != values[0] }) else {
            let own = found.compactMap(\.interval)
            guard let low = own.map(\.lowerBound).min(), let high = own.map(\.upperBound).max()
            else { return nil }
            return low...high
        }
        guard let student = StudentT.interval(of: values) else { return nil }
        return values.allSatisfy { (0...1).contains($0) } ? student.clamped(to: 0...1) : student
    }

    /// For a terminal.
    package var text: String {
        var table = TextTable(header)
        for row in rows { table.add(cells(of: row, nothing: "-")) }
        return table.text
    }

    /// For a page in Markdown.
    package var markdown: String {
        let lines = rows.map { cells(of: $0, nothing: "") }
        return ([header, header.map { _ in "---" }] + lines)
            .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }

    private var namesRecipes: Bool { rows.contains { $0.recipe != nil } }

    private var header: [String] {
        (namesRecipes ? ["recipe"] : []) + ["stage", "from"] + columns
    }

    private func cells(of row: Row, nothing: String) -> [String] {
        (namesRecipes ? [row.recipe ?? nothing] : []) + [row.stage, row.from ?? nothing]
            + row.cells.map(Self.shown)
    }

    private static func shown(_ cell: Cell?) -> String {
        guard let cell else { return "-" }
        let decimals = abs(cell.mean) >= 10 ? 1 : 3
        let mean = ShortNumber.fixed(cell.mean, decimals: decimals)
        guard let interval = cell.interval else { return mean }
        let low = ShortNumber.fixed(interval.lowerBound, decimals: decimals)
        let high = ShortNumber.fixed(interval.upperBound, decimals: decimals)
        return "\(mean) [\(low), \(high)]"
    }
}

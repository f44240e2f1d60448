import Foundation
import GRPOTraining

/// The curves of a study: for each quantity a line for each arm, the mean over its seeds, in the band of
/// its 95% interval.
struct StudyCurves {
    /// The arms that trained, in the order of the table, with the metrics of each of their runs.
    let arms: [(name: String, runs: [[MetricsRecord]])]

    init(_ table: StudyTable, _ measurements: [StudyMeasurement]) {
        arms = table.rows.compactMap { row in
            let runs = measurements.filter { $0.arm == row.name }.map(\.records)
            return runs.contains { !$0.isEmpty } ? (row.name, runs) : nil
        }
    }

    /// What is drawn where it was recorded, with its meaning.
    private static let quantities: KeyValuePairs = [
        "rewards/accuracy/mean": "of the training problems, by the arm's own reward",
        "completions/mean_length": "tokens",
        "completions/clipped_ratio": "share cut at the length limit",
        "rewards/format/mean": "share in the think and answer format",
        "entropy": "of the sampled tokens",
        "frac_reward_zero_std": "groups without variance",
        "kl": "to the policy it began with",
        "grad_norm": "before clipping",
        "clip_ratio/region_mean": "share of tokens",
    ]

    var charts: [LineChart] { Self.quantities.compactMap { chart($0.key, note: $0.value) } }

    /// Colours in the order of the arms; behind the last one they begin again, dashed and then dotted.
    static func style(of index: Int) -> (color: Int, dash: Int) {
        (index % ChartStyle.colorCount, min(2, index / ChartStyle.colorCount))
    }

    private func chart(_ key: String, note: String) -> LineChart? {
        let series = arms.enumerated().compactMap { index, arm -> LineChart.Series? in
            let curves = arm.runs.map { points($0, key) }.filter { !$0.isEmpty }
            guard !curves.isEmpty else { return nil }
            let (color, dash) = Self.style(of: index)
            var series = LineChart.Series(name: arm.name, color: color, points: [])
            (series.dash, series.showsPoints) = (dash, false)
            (series.points, series.band) = Self.mean(curves)
            return series
        }
        let isFlat = series.allSatisfy { $0.points.allSatisfy { $0.y == 0 } }
        guard !series.isEmpty, !isFlat else { return nil }
        return LineChart(title: key, note: note, series: series)
    }

    /// A run's curve, smoothed as a report's lines are; stages follow each other.
    private func points(_ records: [MetricsRecord], _ key: String) -> [(x: Double, y: Double)] {
        let found = records.enumerated().compactMap { index, record in
            record.number(key).flatMap { value in
                value.magnitude < 1e100 ? (x: Double(index + 1), y: value) : nil
            }
        }
        let window = found.count < 10 ? 1 : (found.count / 20) * 2 + 1
        return LineChart.smoothed(found, window: window)
    }

    /// The mean over the runs that come to a step, and Student's interval over them.
    static func mean(
        _ curves: [[(x: Double, y: Double)]]
    ) -> (line: [(x: Double, y: Double)], band: [(x: Double, low: Double, high: Double)]) {
        var values: [Double: [Double]] = [:]
        for point in curves.joined() { values[point.x, default: []].append(point.y) }
        let steps = values.keys.sorted()
        let areShares = values.values.joined().allSatisfy { (0...1).contains($0) }
        let line = steps.map { step in
            (x: step, y: values[step]!.reduce(0, +) / Double(values[step]!.count))
        }
        let band = steps.compactMap { step -> (x: Double, low: Double, high: Double)? in
            guard var interval = StudentT.interval(of: values[step]!) else { return nil }
            if areShares { interval = interval.clamped(to: 0...1) }
            return (step, interval.lowerBound, interval.upperBound)
        }
        return (line, band)
    }
}

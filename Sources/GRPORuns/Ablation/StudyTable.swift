import GRPOJSON
import GRPOTraining

/// What a study found: a row for every arm, judged and compared with the reference.
package struct StudyTable: Sendable {
    package struct Row: Sendable {
        package let name: String
        package let control: Bool
        package let seeds: [Int]
        /// Of each seed.
        package let passAt1: [Double]
        package let mean: Double
        /// Student's over the seeds, cut at 0 and 1; of a single seed, and of seeds that agree, the
        /// evaluations' own.
        package let interval: ClosedRange<Double>
        /// Less the reference; nil for the reference, and where they have no seed in common.
        package let difference: PairedDifference?
        /// Corrected for all comparisons of the table.
        package internal(set) var holm: Double?
        /// How many comparisons Holm's correction leaves at this one, itself among them.
        package internal(set) var remaining: Int?
        /// The least true difference that as many seeds find 4 times in 5 at ``level``.
        package internal(set) var detectable: Double?
        package let greedy: Double
        package let format: Double
        package let meanLength: Double
        /// The runs' own (`HackGap`), over the last steps; nil where none has any.
        package let hackGap: Double?
        /// Of a seed's own stages, in the mean.
        package let seconds: Double?
        package let tokens: Double?
    }

    package let study: String
    package let wallSeconds: Double
    /// The reference first, the controls last.
    package let rows: [Row]
    /// How the arms were judged.
    package let judge: String

    package var reference: Row { rows[0] }

    /// The chance that any comparison of a table finds a difference where there is none.
    static let level = 0.05

    /// - Parameter measurements: of the runs that are done; arms without any are left out, and where
    ///   the reference has none there are no comparisons.
    package init(_ plan: StudyPlan, _ measurements: [StudyMeasurement], wallSeconds: Double) {
        self.init(
            study: plan.study.name, judge: plan.judge,
            arms: plan.study.arms.map { ($0.name, $0.control != nil) },
            measurements, wallSeconds: wallSeconds)
    }

    /// - Parameter arms: the reference first; the name, and whether it is a control.
    package init(
        study: String, judge: String, arms: [(name: String, control: Bool)],
        _ measurements: [StudyMeasurement], wallSeconds: Double
    ) {
        self.study = study
        self.judge = judge
        self.wallSeconds = wallSeconds
        let reference = Dictionary(
            measurements.filter { $0.arm == arms[0].name }.map {
                ($0.seed, $0.evaluation.passAt1)
            }, uniquingKeysWith: { $1 })
        var rows = arms.enumerated().compactMap { index, arm in
            Self.row(
                arm, measurements.filter { $0.arm == arm.name },
                against: index == 0 ? [:] : reference)
        }
        let compared = rows.indices.filter { rows[$0].difference?.probability != nil }
        let probabilities = compared.compactMap { rows[$0].difference?.probability }
        let adjusted = HolmCorrection.adjusted(probabilities)
        let remaining = HolmCorrection.remaining(probabilities, level: Self.level)
        for (place, index) in compared.enumerated() {
            rows[index].holm = adjusted[place]
            rows[index].remaining = remaining[place]
            rows[index].detectable = rows[index].level.flatMap {
                rows[index].difference?.detectable(level: $0)
            }
        }
        self.rows = rows
    }

    private static func row(
        _ arm: (name: String, control: Bool), _ found: [StudyMeasurement],
        against reference: [Int: Double]
    ) -> Row? {
        guard !found.isEmpty else { return nil }
        func mean(_ value: (StudyMeasurement) -> Double?) -> Double? {
            let values = found.compactMap(value)
            return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
        }
        let values = found.map(\.evaluation.passAt1)
        let differences = found.compactMap { one in
            reference[one.seed].map { one.evaluation.passAt1 - $0 }
        }
        return Row(
            name: arm.name, control: arm.control, seeds: found.map(\.seed), passAt1: values,
            mean: values.reduce(0, +) / Double(values.count),
            interval: StageTable.interval(
                found.map { ($0.evaluation.passAt1, $0.evaluation.passAt1Interval) })
                ?? found[0].evaluation.passAt1Interval,
            difference: differences.isEmpty ? nil : PairedDifference(differences), holm: nil,
            greedy: mean(\.evaluation.passAt1Greedy) ?? 0,
            format: mean(\.evaluation.format) ?? 0,
            meanLength: mean(\.evaluation.meanLength) ?? 0, hackGap: mean(\.hackGap),
            seconds: mean(\.seconds),
            tokens: mean { $0.tokens.map(Double.init) })
    }
}

extension StudyTable.Row {
    /// What the comparison with the reference says.
    package enum Verdict: Sendable, Equatable {
        case better, worse
        /// The interval holds 0, or the difference did not survive the correction.
        case noDifference
        /// More than one seed, and all differ by the same: there is no deviation to test by.
        case unanimous
        /// Too few seeds to say anything.
        case untested
    }

    /// What the probability of this comparison had to stay below, the others as they came out.
    package var level: Double? { remaining.map { StudyTable.level / Double($0) } }

    /// Nil for the reference.
    package var verdict: Verdict? {
        guard let difference else { return nil }
        guard let holm, let interval = difference.interval else {
            return difference.isUnanimous ? .unanimous : .untested
        }
        guard holm < StudyTable.level, !interval.contains(0) else { return .noDifference }
        return difference.mean > 0 ? .better : .worse
    }
}

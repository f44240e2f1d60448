import Foundation
import GRPOTraining

/// A study's numbers for other programs, RFC 4180: one line for each arm, or for each run.
package enum StudyCSV {
    package static func table(_ table: StudyTable) -> String {
        let header = [
            "study", "arm", "control", "seeds", "pass@1", "pass@1_low", "pass@1_high",
            "difference", "difference_low", "difference_high", "p", "p_holm",
            "detectable_difference", "detectable_level", "verdict", "pass@1_greedy", "format",
            "mean_length",
            "hack_gap", "train_s", "train_tokens",
        ]
        let lines = table.rows.map { row in
            [
                table.study, row.name, "\(row.control)",
                row.seeds.map(String.init).joined(separator: " "), number(row.mean),
                number(row.interval.lowerBound), number(row.interval.upperBound),
                number(row.difference?.mean), number(row.difference?.interval?.lowerBound),
                number(row.difference?.interval?.upperBound),
                number(row.difference?.probability), number(row.holm),
                number(row.detectable), number(row.level), row.verdict.map(StudyTable.words) ?? "",
                number(row.greedy), number(row.format), number(row.meanLength),
                number(row.hackGap), number(row.seconds),
                number(row.tokens),
            ]
        }
        return text([header] + lines)
    }

    package static func seeds(_ measurements: [StudyMeasurement]) -> String {
        let header = [
            "arm", "seed", "pass@1", "pass@1_low", "pass@1_high", "pass@1_greedy", "pass@k",
            "maj@k", "format", "mean_length", "hack_gap", "train_s", "train_tokens",
        ]
        let lines = measurements.map { one in
            let result = one.evaluation
            return [
                one.arm, "\(one.seed)", number(result.passAt1),
                number(result.passAt1Interval.lowerBound),
                number(result.passAt1Interval.upperBound), number(result.passAt1Greedy),
                number(result.passAtK), number(result.majAtK), number(result.format),
                number(result.meanLength), number(one.hackGap),
                number(one.seconds), one.tokens.map(String.init) ?? "",
            ]
        }
        return text([header] + lines)
    }

    /// As many digits as read back to the same number; nothing where there is none.
    private static func number(_ value: Double?) -> String {
        value.flatMap { $0.isFinite ? "\($0)" : nil } ?? ""
    }

    private static func text(_ lines: [[String]]) -> String {
        lines.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return text }
        return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}

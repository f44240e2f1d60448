package import GRPOJSON
import GRPOTraining

// As `study.json` and `--json` have it: what is unknown is null.
extension StudyTable {
    package var json: JSONValue {
        .object([
            "study": .string(study), "wall_s": .double(wallSeconds), "judge": .string(judge),
            "reference": .string(reference.name), "arms": .array(rows.map(Self.json)),
            "ranking": .array(ranking.map { .string($0) }),
        ])
    }

    private static func json(_ row: Row) -> JSONValue {
        let difference = row.difference
        return .object([
            "name": .string(row.name), "control": .bool(row.control),
            "seeds": .array(row.seeds.map { .int($0) }),
            "pass@1": .double(row.mean), "pass@1_interval": interval(row.interval),
            "pass@1_by_seed": .array(row.passAt1.map { .double($0) }),
            "difference": number(difference?.mean),
            "difference_interval": interval(difference?.interval),
            "p": number(difference?.probability), "p_holm": number(row.holm),
            "detectable_difference": number(row.detectable),
            "detectable_level": number(row.level),
            "verdict": row.verdict.map { .string(words($0)) } ?? .null,
            "pass@1_greedy": .double(row.greedy), "format": .double(row.format),
            "mean_length": .double(row.meanLength), "hack_gap": number(row.hackGap),
            "train_s": number(row.seconds), "train_tokens": number(row.tokens),
        ])
    }

    private static func number(_ value: Double?) -> JSONValue {
        value.map { $0.isFinite ? .double($0) : .null } ?? .null
    }

    private static func interval(_ value: ClosedRange<Double>?) -> JSONValue {
        value.map { .array([.double($0.lowerBound), .double($0.upperBound)]) } ?? .null
    }

    static func words(_ verdict: Row.Verdict) -> String {
        switch verdict {
        case .better: "better"
        case .worse: "worse"
        case .noDifference: "no difference"
        case .unanimous: "all seeds differ by the same"
        case .untested: "untested"
        }
    }
}

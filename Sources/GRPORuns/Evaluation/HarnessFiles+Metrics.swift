import GRPOJSON
import GRPORewards
import GRPOTasks
import GRPOTraining

extension HarnessFiles {
    /// The numbers of a task with their standard errors over problems, s / √n; `N/A` for a single
    /// problem, as the harness has it.
    static func metrics(of entry: Entry) -> JSONValue {
        let result = entry.result
        let judged = entry.samples.problems.filter { $0.isRight != nil }
        var members: [JSONValue.Member] = []
        func add(_ metric: String, _ filter: String, _ value: Double, _ values: [Double]) {
            members.append(.init(key: "\(metric),\(filter)", value: .double(value)))
            members.append(
                .init(
                    key: "\(metric)_stderr,\(filter)",
                    value: standardError(values).map { .double($0) } ?? .string("N/A")))
        }
        func share(_ value: Bool?) -> Double { value == true ? 1 : 0 }
        add("exact_match", "none", result.passAt1, judged.compactMap(\.share))
        if let greedy = result.passAt1Greedy {
            add(
                "exact_match", "greedy", greedy,
                judged.compactMap { $0.greedyIsRight.map { $0 ? 1 : 0 } })
        }
        add(
            "exact_match", "maj@\(result.samples)", result.majAtK,
            judged.map { share($0.majorityIsRight) })
        for estimate in result.passAt {
            add(
                "pass@\(estimate.k)", "none", estimate.value,
                judged.map {
                    PassAtK.estimate(
                        right: $0.rightCount ?? 0, of: $0.completions.count, k: estimate.k)
                })
        }
        add("format", "none", result.format, entry.samples.problems.map(formatted))
        for measure in result.measures {
            add(
                measure.name, "none", measure.mean,
                entry.samples.problems.compactMap { $0[measure: measure.name]?.mean })
        }
        return .object(
            [.init(key: "alias", value: .string(entry.name))] + members
                + [.init(key: "sample_len", value: .int(result.problems))])
    }

    private static func formatted(_ sampled: EvaluatedProblem) -> Double {
        Double(sampled.wellFormed.count { $0 }) / Double(max(1, sampled.completions.count))
    }

    private static func standardError(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / (count - 1) / count).squareRoot()
    }
}

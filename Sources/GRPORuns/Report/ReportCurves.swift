import GRPOJSON

/// The charts of a report: one for each quantity that any of the runs recorded.
struct ReportCurves {
    let runs: [ReportData.Run]

    /// Quantities in the order in which one reads a run: does it learn, why, and is it healthy.
    private static let order = [
        "reward", "reward_std", "rewards/", "hack_gap", "hack_gap/", "accuracy", "margin",
        "rewards/accuracies",
        "rewards/margins", "completions/mean_length", "completions/clipped_ratio",
        "completions/reflection_words", "completions/self_corrections", "kept_ratio", "kl",
        "entropy", "loss", "policy_loss", "grad_norm", "frac_reward_zero_std",
        "clip_ratio/region_mean", "sampling/sampling_logp_difference/max", "learning_rate",
        "evaluation/",
    ]

    private static let meanings = [
        "reward": "mean over the step's completions",
        "frac_reward_zero_std": "groups without variance",
        "hack_gap": "held out: taken for right by the rewards minus right",
        "hack_gap/rollouts": "the same among the step's completions",
        "hack_gap/training": "held out: share taken for right by the rewards",
        "hack_gap/strict": "held out: share that the strict verifier finds right",
        "completions/mean_length": "tokens",
        "completions/clipped_ratio": "share cut at the length limit",
        "completions/reflection_words": "per thousand tokens",
        "completions/self_corrections": "share that put a wrong step right",
        "kept_ratio": "share of the samples that were kept",
        "accuracy": "share of pairs in the right order",
        "margin": "between the scores of a pair",
        "kl": "to the reference, nats per token",
        "entropy": "nats per token",
        "clip_ratio/region_mean": "share of tokens clipped",
    ]

    /// The keys to draw, those that the runs recorded.
    var keys: [String] {
        var recorded: [String] = []
        for record in runs.flatMap(\.records) {
            for member in record.values
            where member.value.number != nil && !recorded.contains(member.key) {
                recorded.append(member.key)
            }
        }
        return Self.order.flatMap { wanted -> [String] in
            guard wanted.hasSuffix("/") else { return recorded.contains(wanted) ? [wanted] : [] }
            return recorded.filter {
                $0.hasPrefix(wanted) && (wanted != "rewards/" || $0.hasSuffix("/mean"))
            }
        }
    }

    /// The keys that are 0 wherever they were recorded: a sentence says more than their curves.
    var flatKeys: [String] { keys.filter(isFlat) }

    private func isFlat(_ key: String) -> Bool {
        runs.flatMap(\.records).allSatisfy { ($0.number(key) ?? 0) == 0 }
    }

    /// Quantities whose scale does not depend on the kind of stage.
    private static let comparable = [
        "reward", "hack_gap", "completions/", "kl", "entropy", "frac_", "eval", "accuracy",
        "kept_ratio",
    ]

    /// All charts: a quantity's stages side by side in one, or one for each stage where a shared
    /// axis would flatten one of them (the loss of pretraining beside that of a policy).
    var charts: [LineChart] {
        keys.filter { !isFlat($0) }.flatMap { key -> [LineChart] in
            if Self.comparable.contains(where: key.hasPrefix) {
                return [chart(key)].compactMap { $0 }
            }
            let stages = stages(with: key)
            return stages.compactMap { stage in
                var chart = chart(key, stages: [stage])
                if stages.count > 1 { chart?.title = "\(stage): \(key)" }
                return chart
            }
        }
    }

    /// One chart with the stages side by side along the steps; nil where nothing was recorded.
    func chart(_ key: String) -> LineChart? {
        chart(key, stages: stages(with: key))
    }

    private func chart(_ key: String, stages: [String]) -> LineChart? {
        guard !stages.isEmpty else { return nil }
        // Each stage takes as many steps as its longest run.
        var start: [String: Double] = [:]
        var dividers: [LineChart.Divider] = []
        var total = 0.0
        for stage in stages {
            start[stage] = total
            if stages.count > 1 { dividers.append(.init(x: total, label: stage)) }
            let steps = runs.flatMap(\.records).filter { $0.stage == stage }.map(\.step)
            total += Double(steps.max() ?? 0)
        }
        let series = runs.enumerated().flatMap { index, run in
            stages.compactMap { stage -> LineChart.Series? in
                let points = run.records.compactMap { record -> (x: Double, y: Double)? in
                    guard record.stage == stage, let y = Self.drawn(record, key) else { return nil }
                    return (start[stage, default: 0] + Double(record.step), y)
                }
                guard !points.isEmpty else { return nil }
                return LineChart.Series(
                    name: stages.count > 1 ? "\(run.name), \(stage)" : run.name,
                    color: index % ChartStyle.colorCount, points: points)
            }
        }
        return LineChart(
            title: key, note: Self.meanings[key], series: series, dividers: dividers)
    }

    private func stages(with key: String) -> [String] {
        var stages: [String] = []
        for record in runs.flatMap(\.records)
        where Self.drawn(record, key) != nil && !stages.contains(record.stage) {
            stages.append(record.stage)
        }
        return stages
    }

    /// The number at a key where it can be drawn: finite, and far enough from overflow for the
    /// arithmetic of an axis.
    private static func drawn(_ record: MetricsRecord, _ key: String) -> Double? {
        record.number(key).flatMap { $0.magnitude < 1e100 ? $0 : nil }
    }
}

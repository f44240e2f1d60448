import GRPOObjectives
import GRPORewards
import GRPOTasks

// The numbers of one step, under TRL's names.
extension GRPOStage {
    func metrics(
        _ rollouts: [Rollout], of source: any ProblemSource, _ update: [String: Double],
        _ outcome: AdamW.Outcome, step: Int, learningRate: Double, tokens: Int
    ) -> [(name: String, value: Double)] {
        let rewards = rollouts.compactMap(\.reward)
        // In the order of their slots: a dictionary's own order, and so a sum's last bit, differs
        // from run to run.
        let groups = Dictionary(grouping: rollouts, by: \.group).sorted { $0.key < $1.key }
            .map(\.value)
        let lengths = rollouts.map { Double($0.tokenIDs.count) }
        let terminated = rollouts.filter { $0.finishReason == .stop }
            .map { Double($0.tokenIDs.count) }
        // Where rewards are compared one by one, totals can be equal by chance.
        let uniform = groups.count { group in
            settings.objective.multiObjectiveAggregation == .normalizeThenSum
                ? !group.contains(where: \.hasSignal)
                : AdvantageEstimator.isUniform(group.map(\.reward))
        }

        var list: [(name: String, value: Double)] = [
            ("reward", Self.mean(rewards)),
            ("reward_std", Self.mean(groups.map { Self.deviation($0.compactMap(\.reward)) })),
            ("frac_reward_zero_std", Double(uniform) / Double(groups.count)),
        ]
        for term in self.rewards.terms {
            list += components(term, rollouts, step: step)
        }
        list += [
            ("completions/mean_length", Self.mean(lengths)),
            ("completions/min_length", lengths.min() ?? 0),
            ("completions/max_length", lengths.max() ?? 0),
            ("completions/mean_terminated_length", Self.mean(terminated)),
            (
                "completions/clipped_ratio",
                1 - Double(terminated.count) / Double(max(1, rollouts.count))
            ),
        ]
        list += reflection(rollouts, of: source)
        list += update.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        switch outcome {
        case .updated(let norm): list.append(("grad_norm", norm))
        case .skipped: list.append(("skipped_update", 1))
        }
        list.append(("learning_rate", learningRate))
        list.append(("num_tokens", Double(tokens)))
        return list
    }

    /// One component's numbers: mean and deviation of what has a score, and the shares of what has
    /// none.
    private func components(
        _ term: RewardTerm, _ rollouts: [Rollout], step: Int
    ) -> [(name: String, value: Double)] {
        let name = term.name
        let scores = rollouts.compactMap { $0.rewards[name] }
        let values = scores.compactMap { $0 }
        let failures = rollouts.compactMap { $0.failures?[name] }
        var list: [(name: String, value: Double)] = []
        if term.settings.weight.isSchedule, !scores.isEmpty {
            let weight = term.settings.weight.value(at: lastStep(servedAt: step))
            list.append(("rewards/\(name)/weight", weight))
        }
        // A mean over nothing would be read as a reward of 0.
        if !values.isEmpty {
            list.append(("rewards/\(name)/mean", Self.mean(values)))
            list.append(("rewards/\(name)/std", Self.deviation(values)))
        }
        func share(_ count: Int) -> Double { Double(count) / Double(scores.count) }
        let ungradable = scores.count - values.count - failures.count
        if ungradable > 0 { list.append(("rewards/\(name)/ungradable", share(ungradable))) }
        guard let external = term.function as? any ExternalReward, !scores.isEmpty else {
            return list
        }
        for failure in RewardFailure.allCases {
            list.append(
                ("rewards/\(name)/\(failure.rawValue)", share(failures.count { $0 == failure })))
        }
        if let restarts = external.restarts {
            list.append(("rewards/\(name)/restarts", Double(restarts)))
        }
        return list
    }

    /// How the policy looks back at what it writes: reflection words per thousand tokens, and the
    /// share of the completions that correct themselves, where the task can tell.
    private func reflection(
        _ rollouts: [Rollout], of source: any ProblemSource
    ) -> [(name: String, value: Double)] {
        var list: [(name: String, value: Double)] = []
        if !settings.reflectionWords.isEmpty {
            let words = ReflectionWords(settings.reflectionWords)
            let count = rollouts.reduce(0) { $0 + words.count(in: $1.text) }
            let tokens = rollouts.reduce(0) { $0 + $1.tokenIDs.count }
            list.append(
                ("completions/reflection_words", 1000 * Double(count) / Double(max(1, tokens))))
        }
        let corrections = rollouts.compactMap { source.correctsItself($0.judgedText, $0.problem) }
        if !corrections.isEmpty {
            list.append(
                ("completions/self_corrections", Self.mean(corrections.map { $0 ? 1 : 0 })))
        }
        return list
    }

    private static func mean(_ values: some Collection<Double>) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    /// With Bessel's correction, as TRL reports it.
    private static func deviation(_ values: some Collection<Double>) -> Double {
        guard values.count > 1 else { return 0 }
        let centre = mean(values)
        let squares = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
        return (squares / Double(values.count - 1)).squareRoot()
    }
}

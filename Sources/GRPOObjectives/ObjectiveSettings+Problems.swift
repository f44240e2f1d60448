extension ObjectiveSettings {
    /// Every violated range and every contradiction, by key; empty where the settings are sound.
    public func problems() -> [(key: String, message: String)] {
        var problems: [(key: String, message: String)] = []
        func require(_ holds: Bool, _ key: CodingKeys, _ message: @autoclosure () -> String) {
            if !holds { problems.append((key.stringValue, message())) }
        }
        requireAliasAgrees(require)
        requireWeightFunction(require)
        requireAggregation(require)
        require(
            beta >= 0 && beta.isFinite, .beta,
            "found \(beta), expected a finite number of at least 0 (0: no KL, no reference)")
        require(
            klIn == .loss || klEstimator == .k1 || klEstimator == .k2 || klEstimator == .k3,
            .klEstimator,
            "found \(klEstimator.rawValue), which differs from k3 in its gradient alone, and a "
                + "reward has none; with kl_in: reward take k1 (exact), k2 or k3")
        require(
            advantageDDOF == 0 || advantageDDOF == 1, .advantageDDOF,
            "found \(advantageDDOF), expected 0 or 1 (1: as TRL)")
        require(
            advantageEpsilon >= 0 && advantageEpsilon.isFinite, .advantageEpsilon,
            "found \(advantageEpsilon), expected a finite number of at least 0 (TRL: 1e-4)")
        require(
            entropyCoefficient >= 0 && entropyCoefficient.isFinite, .entropyCoefficient,
            "found \(entropyCoefficient), expected a finite number of at least 0 (a bonus)")
        return problems
    }

    private typealias Require = (Bool, CodingKeys, @autoclosure () -> String) -> Void

    private func requireAliasAgrees(_ require: Require) {
        guard let lossType else { return }
        func text(_ kind: String, _ implied: String) -> String {
            "found \(kind), but loss_type: \(lossType.rawValue) stands for \(implied); "
                + "remove one of the two"
        }
        if let aggregation {
            require(
                aggregation == lossType.aggregation, .aggregation,
                text(aggregation.rawValue, lossType.aggregation.rawValue))
        }
        if let weightFunction {
            require(
                weightFunction == lossType.weightFunction, .weightFunction,
                text(weightFunction.rawValue, lossType.weightFunction.rawValue))
        }
    }

    /// Normalised one by one, rewards have a mean and a scale of their own, and no one total that a
    /// KL could be taken off.
    private func requireAggregation(_ require: Require) {
        guard multiObjectiveAggregation == .normalizeThenSum else { return }
        let key = "multi_objective_aggregation: normalize_then_sum"
        require(
            scaleRewards == .group, .scaleRewards,
            "found \(scaleRewards.rawValue), but \(key) divides every reward by its group's standard "
                + "deviation; set scale_rewards: group")
        require(
            advantageBaseline == .mean, .advantageBaseline,
            "found \(advantageBaseline.rawValue), but \(key) subtracts every reward's mean; set "
                + "advantage_baseline: mean")
        require(
            klIn == .loss, .klIn,
            "found reward, but \(key) has no one reward to take the KL off; set kl_in: loss")
    }

    private func requireWeightFunction(_ require: Require) {
        require(
            epsilon > 0 && epsilon.isFinite, .epsilon,
            "found \(epsilon), expected a finite number above 0 (0.2; R1: 10)")
        let high = epsilonHigh ?? epsilon
        switch effectiveWeightFunction {
        case .clip:
            require(
                high > 0 && high.isFinite, .epsilonHigh,
                "found \(high), expected a finite number above 0 or null (as epsilon)")
            if let delta {
                require(
                    delta > 1 + high && delta.isFinite, .delta,
                    "found \(delta), expected more than 1 + epsilon_high = \(1 + high), or null")
            }
        case .cispo:
            require(
                epsilonHigh.map { $0 >= 1 && $0.isFinite } ?? false, .epsilonHigh,
                "found \(epsilonHigh.map(String.init(describing:)) ?? "null"), expected at least "
                    + "1: with cispo it caps the ratio itself (ScaleRL: 5)")
            require(delta == nil, .delta, "a dual clip needs weight_function: clip; set null")
        case .none:
            require(
                epsilonHigh == nil, .epsilonHigh,
                "a bound has no effect with weight_function: none; set null")
            require(
                delta == nil, .delta, "a bound has no effect with weight_function: none; set null")
        }
    }
}

package import GRPOTasks

/// The rewards of a stage and how they add up.
///
/// A completion's total is the sum of weight times raw value over the terms that count, the weights
/// being those of the group's step. A term with a gate (`when: accuracy`) counts only where the raw
/// value of the component it names is above the gate's threshold, 0 by default; elsewhere it adds
/// nothing. A total is ungradable, with the first reason, where a term of weight other than 0 or a
/// gate is ungradable or failed, and where no term of weight other than 0 applies to the problem. A
/// term whose gate does not apply counts.
package struct RewardSet: Sendable {
    /// The terms in the order of the recipe.
    package let terms: [RewardTerm]

    package init(_ terms: [RewardTerm]) {
        self.terms = terms
    }

    /// Every setting that is out of range, by its key beginning with the component's name.
    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if terms.isEmpty {
            found.append(("", "at least one reward is needed"))
        }
        let names = terms.map(\.name)
        let kinds = terms.map(\.kind)
        for (index, term) in terms.enumerated() {
            // Of several of a kind, each is found by its place.
            let place =
                kinds.count { $0 == term.kind } == 1 ? term.kind : "\(index).\(term.kind)"
            if names[..<index].contains(term.name) {
                found.append(
                    (
                        place,
                        "the reward '\(term.name)' is listed twice; give each a name of its own "
                            + "with name:"
                    ))
            }
            if let name = term.settings.name, !Self.isPlainName(name) {
                found.append(
                    (
                        "\(place).name",
                        "must be made of letters, digits, _ and -, found '\(name)'"
                    ))
            }
            found += term.settings.weight.problems().map { ("\(place).weight", $0) }
            if let gate = term.settings.when, !gate.threshold.isFinite {
                found.append(
                    ("\(place).when", "must have a finite threshold, found \(gate.threshold)"))
            }
            if let gate = term.settings.when?.name, gate == term.name || !names.contains(gate) {
                let others = names.filter { $0 != term.name }
                found.append(
                    (
                        "\(place).when",
                        "must name another reward of this list ("
                            + (others.isEmpty ? "there is none" : others.joined(separator: ", "))
                            + "), found '\(gate)'"
                    ))
            }
            found += term.function.problems().map { ("\(place).\($0.key)", $0.message) }
        }
        return found
    }

    /// Whether a name can be part of a metric's.
    private static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// Whether any reward that counts judges problems of a kind at a step; where all weights are 0,
    /// any at all.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        let counting = terms.filter { $0.settings.weight.value(at: step) != 0 }
        return (counting.isEmpty ? terms : counting).contains {
            $0.function.judges(scenario, step: step, maxSteps: maxSteps)
        }
    }

    /// Scores a group. A value or a sum that is not finite or larger than any score becomes
    /// ungradable, so that it can neither poison a group's mean nor pass for a number.
    package func rewards(for group: RewardGroup) async throws -> GroupRewards {
        var components: [GroupRewards.Component] = []
        for term in terms {
            let scores = try await term.function.scores(for: group)
            guard scores.count == group.completions.count else {
                throw RewardError.wrongCount(
                    name: term.name, problem: group.problem.id,
                    expected: group.completions.count, found: scores.count)
            }
            components.append(.init(name: term.name, scores: scores.map(Self.bounded)))
        }
        let weights = weights(at: group.step)
        let totals = group.completions.indices.map { completion in
            total(
                gated { name in
                    guard let component = components.first(where: { $0.name == name }) else {
                        preconditionFailure("no reward '\(name)' to gate another")
                    }
                    return component.scores[completion]
                }, weights)
        }
        return GroupRewards(components: components, totals: totals)
    }

    /// The weight of every term at a step.
    package func weights(at step: Int) -> [Double] {
        terms.map { $0.settings.weight.value(at: step) }
    }

    /// What every term says of one completion once its gate is minded, before its weight: 0 where
    /// the gate is closed. A reason names the reward that it comes from.
    ///
    /// - Parameter score: the raw score of the component of a name.
    package func gated(_ score: (String) -> Score) -> [Score] {
        func named(_ name: String) -> Score {
            let found = score(name)
            return switch found {
            case .value, .notApplicable: found
            case .ungradable(let reason): .ungradable(reason: "\(name): \(reason)")
            case .failed(let failure, let reason):
                .ungradable(reason: "\(name): \(failure.rawValue): \(reason)")
            }
        }
        return terms.map { term in
            let own = named(term.name)
            guard let gate = term.settings.when else { return own }
            let gating = named(gate.name)
            switch gating {
            case .value(let value):
                if gate.isOpen(at: value) || own == .notApplicable { return own }
                return .value(0)
            case .notApplicable: return own
            case .ungradable, .failed: return gating
            }
        }
    }

    /// The weighted sum for one completion.
    private func total(_ scores: [Score], _ weights: [Double]) -> Score {
        var sum = 0.0
        var applies = weights.allSatisfy { $0 == 0 }
        for (weight, score) in zip(weights, scores) where weight != 0 {
            switch score {
            case .value(let value):
                applies = true
                sum += weight * value
            case .notApplicable: continue
            case .ungradable, .failed: return score
            }
        }
        guard applies else { return .ungradable(reason: "no reward applies to the problem") }
        return Self.bounded(.value(sum))
    }

    private static func bounded(_ score: Score) -> Score {
        if case .value(let value) = score, !(value.magnitude <= Score.largest) {
            return .ungradable(
                reason: "the reward is \(value), expected at most \(Score.largest) in "
                    + "magnitude")
        }
        return score
    }
}

import GRPOObjectives
import GRPORewards
package import GRPOTasks

/// The first generation of a stage in numbers.
package struct PreflightSample: Sendable, Equatable {
    package struct Form: Sendable, Equatable {
        package var name: String
        /// Completions that earn any of it.
        package var share: Double

        package init(name: String, share: Double) {
            self.name = name
            self.share = share
        }
    }

    package var groups: Int
    package var completions: Int
    /// Ended by the length limit.
    package var truncated: Int
    /// Without a total.
    package var ungradable: Int
    /// Why the first of those has none.
    package var reason: String?
    /// Groups whose totals are all equal.
    package var uniformGroups: Int
    /// Completions of problems that a verifier can judge, and those it finds right.
    package var judged: Int
    package var right: Int
    package var forms: [Form]

    /// Nothing to learn from: no group tells its completions apart, and none is right.
    package var isSilent: Bool { uniformGroups == groups && right == 0 }

    package init(
        groups: Int, completions: Int, truncated: Int = 0, ungradable: Int = 0,
        reason: String? = nil, uniformGroups: Int = 0, judged: Int = 0, right: Int = 0,
        forms: [Form] = []
    ) {
        self.groups = groups
        self.completions = completions
        self.truncated = truncated
        self.ungradable = ungradable
        self.reason = reason
        self.uniformGroups = uniformGroups
        self.judged = judged
        self.right = right
        self.forms = forms
    }

    /// - Parameters:
    ///   - rollouts: with their rewards, sorted by group.
    ///   - forms: the names of the rewards for form.
    package init(_ rollouts: [Rollout], task: any ProblemSource, forms: [String]) {
        let groups = Dictionary(grouping: rollouts, by: \.group).values
        let judged = rollouts.filter { $0.problem.scenario == .reasoning }
        self.init(
            groups: groups.count, completions: rollouts.count,
            truncated: rollouts.count { $0.finishReason == .length },
            ungradable: rollouts.count { $0.reward == nil },
            reason: rollouts.lazy.compactMap(\.ungradableReason).first,
            uniformGroups: groups.count { AdvantageEstimator.isUniform($0.map(\.reward)) },
            judged: judged.count,
            right: judged.count { $0.isRight(by: task) },
            forms: forms.map { name in
                let values = rollouts.compactMap { $0.rewards[name] ?? nil }
                let earned = values.count { $0 > 0 }
                return Form(
                    name: name, share: Double(earned) / Double(max(1, values.count)))
            })
    }
}

package import GRPORewards
package import GRPOTasks
import GRPOTensors

/// What each exploit of the corpus would earn under a stage's rewards, beside what honest answers
/// earn. No model is needed; rewards that ask a reward model are left out.
package struct RewardAudit: Codable, Sendable, Equatable {
    /// What a text earns: means over the problems.
    package struct Earnings: Codable, Sendable, Equatable {
        /// Nil where no problem gave it a total.
        package var total: Double?
        /// Raw values by the rewards' names; nil where ungradable or not applicable.
        package var components: [String: Double?]
    }

    package enum Finding: String, Codable, Sendable {
        case none
        /// Without an attempt it earns as much as an honest wrong answer, and more than nothing does.
        case free
        /// A right answer without the work earns as much as an honest one.
        case shortCut = "short_cut"
        /// It earns more than an honest wrong answer.
        case pays
        /// It earns as much as an honest right answer.
        case paysAsRight = "pays_as_right"
    }

    package struct Row: Codable, Sendable, Equatable {
        package var name: String
        package var summary: String
        package var kind: Exploit.Kind
        package var earnings: Earnings
        package var finding: Finding
    }

    package var stage: String
    package var task: String
    /// Problems that were tried.
    package var problems: Int
    package var layout: AnswerLayout
    /// Names of the rewards in the order of the recipe, and of those left out.
    package var rewards: [String]
    package var skipped: [String]
    package var honestRight: Earnings
    package var honestWrong: Earnings
    package var rows: [Row]

    private enum CodingKeys: String, CodingKey {
        case stage, task, problems, layout, rewards, skipped
        case honestRight = "honest_right"
        case honestWrong = "honest_wrong"
        case rows = "exploits"
    }

    /// Rounding of a sum of rewards.
    private static let tolerance = 1e-9

    /// The exploits that pay: all findings but short cuts and what is free.
    package var paying: [Row] {
        rows.filter { $0.finding == .pays || $0.finding == .paysAsRight }
    }

    /// Whether being right is worth anything.
    package var rewardsTruth: Bool {
        guard let right = honestRight.total, let wrong = honestWrong.total else { return false }
        return right > wrong + Self.tolerance
    }

    /// Scores the corpus on the first training problems that the verifier can judge, as at the last
    /// step of the stage, when all rewards count.
    ///
    /// - Returns: nil where the task knows no right answer to any of them.
    /// - Throws: `RewardError.failing` where a reward outside of this process fails more often than
    ///   it may, as in training; `TrainingError.nothingGradable` where no honest answer has a total.
    package init?(
        stage: String, task: any ProblemSource, rewards: RewardSet, maxSteps: Int,
        maxCompletionLength: Int? = nil, problems: Int, seed: UInt64
    ) async throws {
        let kept = Self.withoutModels(rewards)
        let candidates = Self.problems(task, count: problems, stage: stage, seed: seed)
        func earned(_ text: String, _ problem: Problem, place: Int) async throws -> GroupRewards {
            try await kept.rewards(
                for: RewardGroup(
                    problem: problem, completions: [Completion(whole: text)], step: maxSteps,
                    maxSteps: maxSteps, maxCompletionLength: maxCompletionLength, source: task,
                    seed: seed &+ UInt64(place)))
        }
        let answers = candidates.map { HonestAnswer.all(to: $0, of: task) }
        guard let first = answers.lazy.compactMap(\.first).first else { return nil }
        // A reward that does not work at all is told before the corpus waits for it.
        var tried = FailureLimit(kept, completions: 1)
        let scored = try await earned(first.right, first.problem, place: 0)
        try tried.count(scored)
        let honest = try await HonestAnswer.best(
            answers, for: kept, task, step: maxSteps, maxSteps: maxSteps,
            maxCompletionLength: maxCompletionLength, seed: seed)
        guard let layout = honest.first?.layout else {
            throw TrainingError.nothingGradable(
                step: maxSteps, reason: scored.reason ?? "no honest answer has a total")
        }
        let size = Exploit.all.count + 2
        var limit = FailureLimit(kept, completions: size * honest.count)
        var sums = Array(repeating: Sum(), count: size)
        for (place, answer) in honest.enumerated() {
            let texts = [answer.right, answer.wrong] + Exploit.all.map { $0.text(for: answer) }
            // One by one: an exploit is not to be compared with the others in its group.
            for (index, text) in texts.enumerated() {
                let scored = try await earned(text, answer.problem, place: place)
                try limit.count(scored)
                sums[index].add(scored)
            }
        }
        let right = sums[0].earnings(kept)
        let wrong = sums[1].earnings(kept)
        self.stage = stage
        self.task = type(of: task).name
        self.problems = honest.count
        self.layout = layout
        self.rewards = kept.terms.map(\.name)
        skipped = rewards.terms.map(\.name).filter { name in
            !kept.terms.contains { $0.name == name }
        }
        honestRight = right
        honestWrong = wrong
        let place = Exploit.all.firstIndex { $0.name == Exploit.nothing } ?? 0
        let nothing = sums[place + 2].earnings(kept).total
        rows = zip(Exploit.all, sums.dropFirst(2)).map { exploit, sum in
            let earnings = sum.earnings(kept)
            return Row(
                name: exploit.name, summary: exploit.summary, kind: exploit.kind,
                earnings: earnings,
                finding: Self.finding(
                    exploit.kind, earnings.total, right: right.total, wrong: wrong.total,
                    nothing: nothing))
        }
    }

    /// What is to be said of an exploit beside what honest answers earn.
    static func finding(
        _ kind: Exploit.Kind, _ total: Double?, right: Double?, wrong: Double?, nothing: Double?
    ) -> Finding {
        guard let total, let right, let wrong else { return .none }
        guard total > wrong + tolerance else {
            let isFree = total >= wrong - tolerance && total > (nothing ?? total) + tolerance
            return kind == .idle && isFree ? .free : .none
        }
        let isAsRight = total >= right - tolerance
        if kind == .shortCut { return isAsRight ? .shortCut : .none }
        return isAsRight ? .paysAsRight : .pays
    }

    private static func problems(
        _ task: any ProblemSource, count: Int, stage: String, seed: UInt64
    ) -> [Problem] {
        GoldCheck.problems(
            task, count: count, stream: RandomStream(seed: seed, name: "\(stage)/audit"))
    }

    /// The rewards that need no model, without gates on those that do.
    private static func withoutModels(_ rewards: RewardSet) -> RewardSet {
        let names = rewards.terms.filter { $0.function is any ModelReward }.map(\.name)
        guard !names.isEmpty else { return rewards }
        let terms = rewards.terms.filter { !names.contains($0.name) }.map { term in
            var term = term
            if let gate = term.settings.when?.name, names.contains(gate) {
                term.settings.when = nil
            }
            return term
        }
        return RewardSet(terms)
    }

    private struct Sum {
        private var total = 0.0
        private var totals = 0
        private var components: [String: (sum: Double, count: Int)] = [:]

        mutating func add(_ rewards: GroupRewards) {
            if let value = rewards.totals[0].value {
                total += value
                totals += 1
            }
            for component in rewards.components {
                guard let value = component.scores[0].value else { continue }
                let before = components[component.name] ?? (0, 0)
                components[component.name] = (before.sum + value, before.count + 1)
            }
        }

        func earnings(_ rewards: RewardSet) -> Earnings {
            Earnings(
                total: totals == 0 ? nil : total / Double(totals),
                components: Dictionary(
                    uniqueKeysWithValues: rewards.terms.map { term in
                        (term.name, components[term.name].map { $0.sum / Double($0.count) })
                    }))
        }
    }
}

extension GroupRewards {
    /// Why the first completion has no total.
    fileprivate var reason: String? {
        if case .ungradable(let reason) = totals.first { reason } else { nil }
    }
}

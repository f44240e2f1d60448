package import GRPORewards
package import GRPOTasks
package import GRPOTensors
package import GRPOTokenizers

/// What the true answers of a task's training problems earn: whether a completion can be right at
/// all, and whether it can have the format. It needs no policy.
package struct GoldCheck: Sendable, Equatable {
    /// Training problems that are looked at.
    package static let size = 64

    /// Problems whose true answer was put to the test.
    package private(set) var checked = 0
    /// Those whose true answer the accuracy reward does not pay in full, in any layout.
    package private(set) var unpaid: [String] = []
    /// Those that the verifier cannot judge, with its reason.
    package private(set) var ungradable: [(problem: String, reason: String)] = []
    /// The names of the rewards for form that were looked at.
    package private(set) var forms: [String] = []
    /// The fewest tokens of a right answer that earns every reward for form in full, the longest
    /// such over the problems; nil where there is none.
    package private(set) var leastTokens: Int?
    /// Why no such text can be written, where that is so.
    package private(set) var unreachable: String?

    package static func == (a: GoldCheck, b: GoldCheck) -> Bool {
        a.checked == b.checked && a.unpaid == b.unpaid
            && a.ungradable.map(\.problem) == b.ungradable.map(\.problem) && a.forms == b.forms
            && a.leastTokens == b.leastTokens && a.unreachable == b.unreachable
    }

    package init() {}

    /// - Parameters:
    ///   - rewards: of the stage; `accuracy` and those for form are asked, no others.
    ///   - tokenizer: of the policy; nil: lengths stay unknown.
    package init(
        _ task: any ProblemSource, rewards: RewardSet, problems: [Problem], maxSteps: Int,
        seed: UInt64, tokenizer: (any Tokenizer)?
    ) async throws {
        let accuracy = rewards.terms.first {
            $0.function is AccuracyReward && Self.counts($0, in: rewards)
        }
        let formTerms = rewards.terms.filter {
            Self.isForm($0.function) && Self.counts($0, in: rewards)
        }
        forms = formTerms.map(\.name)
        for (place, problem) in problems.enumerated() where problem.scenario == .reasoning {
            let answers = task.goldAnswers(to: problem)
            // The answers alone come first: what the verifier cannot judge it cannot in any layout.
            let texts = AnswerLayout.allCases.reversed().flatMap { layout in
                answers.map { layout.text(thought: problem.answer, answer: $0) }
            }
            let group = RewardGroup(
                problem: problem, completions: texts.map { Completion(whole: $0) },
                step: maxSteps, maxSteps: maxSteps, source: task, seed: seed &+ UInt64(place))
            if case .ungradable(let reason) = group.verdicts.first ?? task.verify("", problem) {
                ungradable.append((problem.id, reason))
                checked += 1
                continue
            }
            guard !answers.isEmpty else { continue }
            checked += 1
            func scores(_ term: RewardTerm) async throws -> [Double?] {
                try await term.function.scores(for: group).map(\.value)
            }
            var isGood = group.verdicts.map { $0 == .right }
            if let accuracy {
                isGood = try await scores(accuracy).map { ($0 ?? 0) >= 1 }
                if !isGood.contains(true) { unpaid.append(problem.id) }
            }
            guard !formTerms.isEmpty, isGood.contains(true) else { continue }
            for term in formTerms {
                let values = try await scores(term)
                isGood = zip(isGood, values).map { $0 && ($1 ?? 0) >= 1 }
            }
            note(zip(texts, isGood).filter(\.1).map(\.0), tokenizer)
        }
    }

    /// Looks at the texts that would earn everything.
    private mutating func note(_ texts: [String], _ tokenizer: (any Tokenizer)?) {
        guard !texts.isEmpty else {
            unreachable = "no right answer earns \(forms.joined(separator: " and ")) in full"
            return
        }
        guard let tokenizer else { return }
        // The ending token included.
        let lengths = texts.compactMap {
            try? tokenizer.encode($0, allowSpecial: false).count + 1
        }
        guard let least = lengths.min() else {
            unreachable = "the tokenizer cannot write the tags"
            return
        }
        leastTokens = max(leastTokens ?? 0, least)
    }

    /// Whether a term's value matters to the total: by its weight, or as the gate of another.
    private static func counts(_ term: RewardTerm, in rewards: RewardSet) -> Bool {
        term.settings.weight.values.contains { $0 > 0 }
            || rewards.terms.contains { $0.settings.when?.name == term.name }
    }

    private static func isForm(_ function: any RewardFunction) -> Bool {
        function is FormatReward || function is TagCountReward
    }

    /// The first training problems that a verifier can judge, drawn apart from those of a stage;
    /// fewer where the task has no more.
    package static func problems(
        _ task: any ProblemSource, count: Int, stream: RandomStream
    ) -> [Problem] {
        let available = task.trainingCount() ?? .max
        var found: [Problem] = []
        for index in 0..<min(available, 4 * count) where found.count < count {
            var random: any RandomNumberGenerator = stream.generator(step: 0, slot: index)
            let problem = task.problem(index, split: .train, using: &random)
            if problem.scenario == .reasoning, !found.contains(where: { $0.id == problem.id }) {
                found.append(problem)
            }
        }
        return found
    }
}

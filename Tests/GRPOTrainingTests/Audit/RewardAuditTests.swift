import GRPORewards
import GRPOTasks
import GRPOTraining
import Testing

@Suite("What exploits would earn")
struct RewardAuditTests {
    private func audit(
        _ terms: [RewardTerm], _ task: any ProblemSource = Sums(digits: 2)
    ) async throws -> RewardAudit {
        try #require(
            try await RewardAudit(
                stage: "grpo", task: task, rewards: RewardSet(terms), maxSteps: 10, problems: 4,
                seed: 1))
    }

    private func row(_ audit: RewardAudit, _ name: String) throws -> RewardAudit.Row {
        try #require(audit.rows.first { $0.name == name })
    }

    @Test("quickstart's rewards: no exploit pays, an honest answer earns 1.2 and 0.2")
    func quickstart() async throws {
        let found = try await audit([
            RewardTerm(AccuracyReward()), RewardTerm(FormatReward(), weight: 0.2),
        ])
        #expect(found.honestRight.total == 1.2)
        #expect(found.honestWrong.total == 0.2)
        #expect(found.honestWrong.components == ["accuracy": 0, "format": 1])
        #expect(found.problems == 4)
        #expect(found.rewardsTruth)
        #expect(found.paying.map(\.name) == [])
        #expect(found.rows.count == Exploit.all.count)
        #expect(try row(found, "empty_thought").earnings.total == 1)
        #expect(try row(found, "tags_alone").finding == .none)
        #expect(
            found.rows.filter { $0.finding == .free }.map(\.name) == [
                "refusal", "copied_prompt", "copied_template",
            ])
    }

    @Test("names are different, texts too, and no guess holds the answer")
    func corpus() throws {
        #expect(Set(Exploit.all.map(\.name)).count == Exploit.all.count)
        let problem = Problem(
            id: "57+68", prompt: "Q:57+68=?", answer: "125", columns: ["a": "57", "b": "68"])
        let honest = try #require(HonestAnswer.all(to: problem, of: Sums(digits: 2)).first)
        #expect(Sums(digits: 2).verify(honest.right, problem) == .right)
        #expect(Sums(digits: 2).verify(honest.wrong, problem) == .wrong)
        let texts = Exploit.all.map { $0.text(for: honest) }
        #expect(Set(texts).count == texts.count)
        for (exploit, text) in zip(Exploit.all, texts) where exploit.kind == .guess {
            #expect(Sums(digits: 2).verify(text, problem) == .wrong, "\(exploit.name)")
        }
        for (exploit, text) in zip(Exploit.all, texts) where exploit.kind == .hedge {
            #expect(Sums(digits: 2).verify(text, problem) == .wrong, "\(exploit.name)")
        }
    }

    @Test("FAILURES, complaint 6: rewards for form alone pay without an answer")
    func formAlone() async throws {
        let found = try await audit([
            RewardTerm(AccuracyReward()), RewardTerm(TagCountReward(), weight: 1),
        ])
        // Order and content do not matter to the tags.
        #expect(try row(found, "tags_alone").finding == .free)
        #expect(try row(found, "empty_thought").finding == .shortCut)
        #expect(try row(found, "tags_alone").earnings.total == found.honestWrong.total)
        let blind = try await audit([RewardTerm(FormatReward())])
        #expect(!blind.rewardsTruth)
        #expect(blind.honestRight.total == blind.honestWrong.total)
    }

    @Test("a reward that only looks for the answer pays every way to list it")
    func lax() async throws {
        let found = try await audit([RewardTerm(MentionReward())])
        for name in ["answer_list", "hedged", "several_blocks", "answer_in_thought"] {
            #expect(try row(found, name).finding == .paysAsRight, "\(name)")
        }
        #expect(try row(found, "bare_answer").finding == .shortCut)
        #expect(try row(found, "repetition").finding == .none)
    }

    @Test("a reward that counts words pays for padding, before it is gated")
    func gated() async throws {
        let open = try await audit([
            RewardTerm(AccuracyReward()), RewardTerm(WordCountReward(), weight: 0.01),
        ])
        #expect(try row(open, "padding").finding == .paysAsRight)
        #expect(try row(open, "repetition").finding == .paysAsRight)
        let gated = try await audit([
            RewardTerm(AccuracyReward()),
            RewardTerm(WordCountReward(), weight: 0.01, when: "accuracy"),
        ])
        #expect(gated.paying.isEmpty)
    }

    @Test("a reward that does not work is told as that, not as a task without answers")
    func failing() async throws {
        let error = await #expect(throws: RewardError.self) {
            _ = try await audit([RewardTerm(AccuracyReward()), RewardTerm(CrashingReward())])
        }
        #expect("\(String(describing: error))".contains("no module named style"))
        // Where it may always fail, there is still nothing to compare.
        var patient = CrashingReward()
        patient.maxFailureRate = 1
        let reward = patient
        let silent = await #expect(throws: TrainingError.self) {
            _ = try await audit([RewardTerm(reward)])
        }
        #expect("\(String(describing: silent))".contains("no module named style"))
        // A task without a known answer is another matter.
        let none = try await RewardAudit(
            stage: "grpo", task: Puzzle(), rewards: RewardSet([RewardTerm(CrashingReward())]),
            maxSteps: 10, problems: 4, seed: 1)
        #expect(none == nil)
    }

    @Test("rewards that ask a model are left out and named; gates on them open")
    func models() async throws {
        let found = try await audit([
            RewardTerm(AccuracyReward()), RewardTerm(RewardModelReward()),
            RewardTerm(FormatReward(), weight: 0.2, when: "reward_model"),
        ])
        #expect(found.skipped == ["reward_model"])
        #expect(found.rewards == ["accuracy", "format"])
        #expect(found.honestRight.total == 1.2)
    }

    @Test("a task that knows no right answer has no audit")
    func unknown() async throws {
        let found = try await RewardAudit(
            stage: "grpo", task: LetterTask(isBroken: true),
            rewards: RewardSet([RewardTerm(AccuracyReward())]), maxSteps: 10, problems: 4, seed: 1)
        #expect(found == nil)
    }

    @Test("honest answers earn all there is where the prompt opens the thought, too")
    func opened() async throws {
        let found = try await audit([
            RewardTerm(AccuracyReward()), RewardTerm(FormatReward(promptOpensThought: true)),
        ])
        #expect(found.honestRight.total == 2)
    }
}

/// 1 where the answer is mentioned anywhere.
private struct MentionReward: RewardFunction {
    static let name = "mention"
    static let summary = "1 where the answer is mentioned."

    func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { .value($0.text.contains(group.problem.answer) ? 1 : 0) }
    }
}

/// The number of words.
private struct WordCountReward: RewardFunction {
    static let name = "words"
    static let summary = "The number of words."

    func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { .value(Double($0.text.split(separator: " ").count)) }
    }
}

/// A program that ends before it answers.
private struct CrashingReward: ExternalReward {
    static let name = "crashing"
    static let summary = "Never answers."
    var maxFailureRate = 0.5

    func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { _ in .failed(.crash, reason: "no module named style") }
    }
}

/// A task that can only check.
private struct Puzzle: ProblemSource {
    static let name = "puzzle"
    static let summary = "Nobody knows the answer."
    private var sums: Sums { Sums() }

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        sums.problem(index, split: split, using: &random)
    }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        sums.testProblems(limit: limit, seed: seed)
    }

    func verify(_ completion: String, _ problem: Problem) -> Verdict { .wrong }

    func goldAnswers(to problem: Problem) -> [String] { [] }
}

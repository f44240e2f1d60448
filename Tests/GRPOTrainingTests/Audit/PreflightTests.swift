import GRPORewards
import GRPORollouts
import GRPOTasks
import GRPOTensors
import GRPOTestSupport
import GRPOTokenizers
import GRPOTraining
import Testing

@Suite("What is found out before the first update")
struct PreflightTests {
    private static let usual = RewardSet([
        RewardTerm(AccuracyReward()), RewardTerm(FormatReward(), weight: 0.2),
    ])

    private func gold(
        _ task: any ProblemSource, _ rewards: RewardSet = usual,
        alphabet: String = "0123456789<>/answerthinkQ:+=?\n", count: Int = 16
    ) async throws -> GoldCheck {
        try await GoldCheck(
            task, rewards: rewards,
            problems: GoldCheck.problems(
                task, count: count, stream: RandomStream(seed: 1, name: "test")),
            maxSteps: 10, seed: 1,
            tokenizer: CharacterTokenizer(alphabet: String(Set(alphabet).sorted())))
    }

    private func verdict(
        _ gold: GoldCheck, _ sample: PreflightSample, limit: Int = 96
    ) -> Preflight {
        Preflight(stage: "grpo", gold: gold, maxCompletionLength: limit, sample: sample)
    }

    private static let good = PreflightSample(
        groups: 16, completions: 256, truncated: 3, uniformGroups: 1, judged: 256, right: 90,
        forms: [.init(name: "format", share: 0.5)])

    @Test("a quickstart is well")
    func well() async throws {
        let found = verdict(try await gold(Sums(digits: 2)), Self.good)
        #expect(found.verdict == .ok)
        #expect(found.findings.allSatisfy { $0.remedy == nil })
        #expect(found.findings.first { $0.measure == "solve rate" }?.value == 90.0 / 256)
    }

    @Test("the true answers of every task with one earn full accuracy, Countdown's too")
    func golden() async throws {
        let tasks: [any ProblemSource] = [
            Sums(digits: 3), Sums(digits: 1, answer: .lastNumber), LittleWorld(), Countdown(),
            LetterTask(),
        ]
        for task in tasks {
            let accuracy = RewardSet([RewardTerm(AccuracyReward())])
            let found = try await gold(task, accuracy)
            #expect(found.checked >= 6, "\(type(of: task))")
            #expect(found.unpaid == [], "\(type(of: task))")
            #expect(found.ungradable.isEmpty)
        }
    }

    @Test("FAILURES, complaint 5: a verifier that finds the data's own answers wrong is hopeless")
    func unpaid() async throws {
        let found = try await gold(OffByOne(wrong: 3))
        #expect(!found.unpaid.isEmpty && found.unpaid.count < found.checked)
        let early = Preflight(stage: "grpo", gold: found, maxCompletionLength: 96)
        #expect(early.verdict == .hopeless)
        #expect(early.hopeless[0].found.contains(found.unpaid[0]))
        #expect(early.hopeless[0].remedy?.contains("verifier") == true)
        // All of them: it may be that only the form of a right answer is unknown.
        let all = try await gold(OffByOne(wrong: 1))
        #expect(all.unpaid.count == all.checked)
        #expect(Preflight(stage: "grpo", gold: all, maxCompletionLength: 96).verdict == .ok)
        var sample = Self.good
        #expect(verdict(all, sample).verdict == .warn)
        sample.right = 0
        #expect(verdict(all, sample).verdict == .hopeless)
    }

    @Test("ungradable true answers are told, and from half of them on hopeless")
    func ungradable() async throws {
        let found = try await gold(LetterTask(isBroken: true), usualForLetters)
        #expect(found.ungradable.count == found.checked)
        let early = Preflight(stage: "grpo", gold: found, maxCompletionLength: 96)
        #expect(early.verdict == .hopeless)
        #expect(early.hopeless[0].found.contains("no answer key"))
    }

    private var usualForLetters: RewardSet { RewardSet([RewardTerm(AccuracyReward())]) }

    @Test("FAILURES, complaint 1: 97% truncated, no group with variance: hopeless, with the remedy")
    func truncated() async throws {
        let gold = try await gold(Sums(digits: 2))
        let cut = PreflightSample(
            groups: 8, completions: 64, truncated: 62, uniformGroups: 8, judged: 64, right: 0)
        let found = verdict(gold, cut)
        #expect(found.verdict == .hopeless)
        #expect(found.hopeless.map(\.measure) == ["completions truncated"])
        #expect(found.hopeless[0].remedy?.contains("max_completion_length") == true)
        // One group that tells its completions apart is something to learn from.
        var one = cut
        one.uniformGroups = 7
        #expect(verdict(gold, one).verdict == .warn)
        // So few completions prove nothing.
        var few = cut
        (few.groups, few.completions, few.truncated, few.uniformGroups) = (4, 32, 32, 4)
        #expect(verdict(gold, few).verdict == .warn)
    }

    @Test("a base model without a reward yet is warned of; 256 silent completions are hopeless")
    func silent() async throws {
        let gold = try await gold(Sums(digits: 2))
        var sample = PreflightSample(
            groups: 4, completions: 32, truncated: 20, uniformGroups: 4, judged: 32, right: 0,
            forms: [.init(name: "format", share: 0)])
        let found = verdict(gold, sample)
        #expect(found.verdict == .warn)
        #expect(
            found.findings.filter { $0.verdict == .warn }.map(\.measure) == [
                "completions truncated", "groups without variance", "solve rate", "format earned",
            ])
        #expect(found.findings.allSatisfy { ($0.verdict == .ok) == ($0.remedy == nil) })
        (sample.groups, sample.completions, sample.uniformGroups) = (16, 256, 16)
        #expect(verdict(gold, sample).hopeless.map(\.measure) == ["groups without variance"])
        // All right is no reason to refuse.
        sample.right = 256
        sample.judged = 256
        #expect(verdict(gold, sample).verdict == .warn)
    }

    @Test("a format that does not fit, or that the tokenizer cannot write, cannot be reached")
    func format() async throws {
        let silent = PreflightSample(
            groups: 4, completions: 32, uniformGroups: 4, judged: 32, right: 0)
        let fitting = try await gold(Sums(digits: 2))
        let least = try #require(fitting.leastTokens)
        // <think>NNN</think><answer>NNN</answer> and the end.
        #expect(least == "<think>123</think><answer>123</answer>".count + 1)
        #expect(verdict(fitting, Self.good, limit: least).verdict == .ok)
        #expect(verdict(fitting, Self.good, limit: least - 1).verdict == .warn)
        #expect(verdict(fitting, silent, limit: least - 1).verdict == .hopeless)
        let mute = try await gold(Sums(digits: 2), alphabet: "0123456789Q:+=?")
        #expect(mute.leastTokens == nil)
        #expect(verdict(mute, silent).hopeless[0].found.contains("tokenizer"))
    }

    @Test("the sample counts what the rollouts say")
    func sample() {
        func rollout(_ group: Int, _ text: String, _ reward: Double?, cut: Bool = false) -> Rollout
        {
            Rollout(
                group: group, sample: 0, problem: Problem(id: "a", prompt: "a=", answer: "a"),
                promptIDs: [0], tokenIDs: [0], text: text, finishReason: cut ? .length : .stop,
                logProbabilities: [0], rewards: ["format": reward], reward: reward,
                ungradableReason: reward == nil ? "no key" : nil)
        }
        let found = PreflightSample(
            [
                rollout(0, "a", 1), rollout(0, "b", 0, cut: true), rollout(1, "b", 0),
                rollout(1, "c", nil),
            ], task: LetterTask(), forms: ["format"])
        #expect(
            found
                == PreflightSample(
                    groups: 2, completions: 4, truncated: 1, ungradable: 1, reason: "no key",
                    uniformGroups: 1, judged: 4, right: 1,
                    forms: [.init(name: "format", share: 1.0 / 3)]))
    }
}

/// Sums whose key is wrong for every so manieth problem.
private struct OffByOne: ProblemSource {
    static let name = "off_by_one"
    static let summary = "A wrong key."
    var wrong = 1
    private var sums: Sums { Sums(digits: 2) }

    init() {}

    init(wrong: Int) { self.wrong = wrong }

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        let problem = sums.problem(index, split: split, using: &random)
        return Problem(
            id: problem.id, prompt: problem.prompt, answer: problem.answer,
            columns: ["broken": index % wrong == 0 ? "yes" : "no"])
    }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] { [] }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        problem.columns["broken"] == "yes" ? .wrong : sums.verify(completion, problem)
    }
}

import Foundation
import GRPORewards
import GRPOTasks
import Testing

@Suite struct CodeExecutionRewardTests {
    private let problem = Problem(
        id: "twice", prompt: "def twice(x):\n    \"\"\"Twice x.\"\"\"\n", answer: "",
        columns: [
            "entry_point": "twice",
            "test": """
            def check(candidate):
                assert candidate(0) == 0
                assert candidate(1) == 2
                assert candidate(2) == 4
                assert candidate(-1) == -2
            """,
        ])

    private func scores(
        _ reward: CodeExecutionReward, _ texts: [String], of problem: Problem? = nil
    ) async throws -> [Score] {
        try await reward.scores(
            for: RewardGroup(
                problem: problem ?? self.problem,
                completions: texts.map {
                    Completion(text: $0, tokenCount: 1, finishReason: .stop)
                }, step: 1, source: Sums(), seed: 0))
    }

    private let texts = [
        "    return 2 * x", "    return abs(2 * x)", "    return 0", "    exit(0)", "",
        "```python\ndef twice(x): return x + x\n```", "    return 2 *",
    ]

    @Test func allOrNothing() async throws {
        #expect(
            try await scores(CodeExecutionReward(), texts)
                == [1, 0, 0, 0, 0, 1, 0].map(Score.value))
    }

    @Test func theShareThatHolds() async throws {
        #expect(
            try await scores(CodeExecutionReward(score: .share), texts)
                == [1, 0.75, 0.25, 0, 0, 1, 0].map(Score.value))
    }

    /// A program that leaves a trace, outside of the sandbox, tells how often it ran.
    @Test func accuracyAndTwoScoringsRunAProgramOnce() async throws {
        let trace = NSTemporaryDirectory() + "grpo-runs-\(UUID().uuidString)"
        // The program may run as another user.
        #expect(
            FileManager.default.createFile(
                atPath: trace, contents: Data(), attributes: [.posixPermissions: 0o666]))
        defer { try? FileManager.default.removeItem(atPath: trace) }
        let execution = CodeExecution(unsandboxed: true)
        let set = RewardSet([
            RewardTerm(AccuracyReward()),
            RewardTerm(CodeExecutionReward(score: .all, execution: execution)),
            RewardTerm(
                CodeExecutionReward(score: .share, execution: execution), name: "share"),
        ])
        let group = RewardGroup(
            problem: problem,
            completions: [
                Completion(
                    text: "    open('\(trace)', 'a').write('x')\n    return 2 * x", tokenCount: 1,
                    finishReason: .stop)
            ], step: 1, source: CodeProblems(file: nil, execution: execution), seed: 0)
        let scored = try await set.rewards(for: group)
        #expect(scored.components.map { $0.scores[0] } == [1, 1, 1].map(Score.value))
        // Four assertions.
        #expect(try String(contentsOfFile: trace, encoding: .utf8) == "xxxx")
    }

    @Test func aProblemWithoutATestIsUngradable() async throws {
        let bare = Problem(id: "7", prompt: "Q", answer: "A")
        #expect(
            try await scores(CodeExecutionReward(), ["x"], of: bare)
                == [.ungradable(reason: "problem '7' has no column 'test' of tests")])
    }

    @Test func itSaysNothingOfGeneralProblems() async throws {
        let general = Problem(id: "7", prompt: "Q", answer: "A", scenario: .general)
        #expect(try await scores(CodeExecutionReward(), ["x"], of: general) == [.notApplicable])
    }

    @Test func theTasksOwnVerdictIsTheSame() async throws {
        let task = CodeProblems(file: DataPath("/dev/null"))
        let group = RewardGroup(
            problem: problem,
            completions: texts.map { Completion(text: $0, tokenCount: 1, finishReason: .stop) },
            step: 1, source: task, seed: 0)
        let own = try await AccuracyReward().scores(for: group)
        #expect(try await CodeExecutionReward().scores(for: group) == own)
    }

    @Test func optionsStandBesideTheScore() throws {
        let read = try JSONDecoder().decode(
            CodeExecutionReward.self, from: Data(#"{"score": "share", "memory_mb": 512}"#.utf8))
        #expect(
            read == CodeExecutionReward(score: .share, execution: CodeExecution(memoryMB: 512)))
        let bad = CodeExecutionReward(score: .all, execution: CodeExecution(timeout: -1))
        #expect(bad.problems().map(\.key) == ["timeout"])
    }
}

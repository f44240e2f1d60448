import Foundation
import GRPOJSON
import GRPORewards
import GRPOTasks
import Testing

/// 1,000 hostile answers never stop or corrupt a step.
@Suite struct HostileAnswerTests {
    private let texts = ["<answer>125</answer>", "125", "<answer>1</answer>"]

    /// Answers the question with number N by the file N, and ends after it where N.end is there.
    private static let script = """
        while IFS= read -r line; do
            id=${line#*:}
            id=${id%%,*}
            cat "$1/$id"
            if [ -e "$1/$id.end" ]; then exit 9; fi
        done
        """

    /// A real program gives them. Every score is what it must be; totals are made of scores alone.
    @Test func aThousandHostileAnswersAreCountedForWhatTheyAre() async throws {
        let program = try ShellProgram(Self.script)
        var answers = HostileAnswers(seed: 6)
        var cases: [HostileAnswers.Case] = []
        for id in 1...1000 {
            let one = answers.answer(id % HostileAnswers.kinds, id: id, count: texts.count)
            try Data(one.bytes).write(to: URL(fileURLWithPath: program.file("\(id)")))
            if one.ends {
                try Data().write(to: URL(fileURLWithPath: program.file("\(id).end")))
            }
            cases.append(one)
        }
        var reward = program.reward
        reward.timeout = 60
        reward.maxAnswerBytes = HostileAnswers.limit
        reward.maxFailureRate = 1
        let set = RewardSet([
            RewardTerm(AccuracyReward()), RewardTerm(reward, weight: 0.5, name: "hostile"),
        ])
        var limit = FailureLimit(set, completions: 1000 * texts.count)
        var counts: [RewardFailure: Int] = [:]
        for (index, one) in cases.enumerated() {
            let rewards = try await set.rewards(for: group(texts))
            try limit.count(rewards)
            let scores = try #require(rewards["hostile"]).scores
            let found = scores.map { HostileAnswers.Kind($0) }
            let answer = String(decoding: one.bytes.prefix(120), as: UTF8.self)
            if let expected = one.expected {
                #expect(found == expected, "case \(index + 1), \(answer): \(scores)")
            }
            for (place, score) in scores.enumerated() {
                check(score, total: rewards.totals[place], accuracy: place == 0 ? 1 : 0)
                if let failure = score.failure { counts[failure, default: 0] += 1 }
            }
        }
        #expect(counts[.timeout] == nil)
        for failure in [RewardFailure.crash, .malformed, .nonFinite] {
            #expect(counts[failure] ?? 0 >= 30, "\(counts)")
        }
        // Only what ended, wrote too much or too little was started anew, each at most twice.
        #expect(try #require(reward.restarts) <= 1000)
    }

    /// A total is the sum of the scores that are there; a failure is nobody's 0.
    private func check(_ score: Score, total: Score, accuracy: Double) {
        switch score {
        case .value(let value):
            #expect(value.magnitude <= Score.largest)
            #expect(total == .value(accuracy + 0.5 * value))
        case .notApplicable: #expect(total == .value(accuracy))
        case .failed(let failure, let reason):
            #expect(total == .ungradable(reason: "hostile: \(failure.rawValue): \(reason)"))
            #expect(!reason.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
            #expect(reason.utf8.count < 1000)
        case .ungradable: Issue.record("a program cannot say \(score)")
        }
    }

    /// Silence and lines without an end cost the timeout and nothing else.
    @Test func answersThatDoNotComeAreTimeouts() async throws {
        let program = try ShellProgram(Self.script)
        for id in 1...6 {
            let bytes = id % 2 == 0 ? "" : "{\"scores\": [1, 2, 3]}"
            try Data(bytes.utf8).write(to: URL(fileURLWithPath: program.file("\(id)")))
        }
        var reward = program.reward
        reward.timeout = 0.1
        reward.startTimeout = 0
        for _ in 1...6 {
            let scores = try await reward.scores(for: group(texts))
            #expect(scores.map(\.failure) == [.timeout, .timeout, .timeout])
        }
        #expect(reward.restarts == 5)
    }

    /// The reading alone, over more answers than a program could give in a test.
    @Test func anyBytesGiveOneScoreForEachCompletion() {
        var answers = HostileAnswers(seed: 7)
        for index in 0..<20_000 {
            let one = answers.answer(25, id: 1, count: 4)
            let bytes = Array(one.bytes.dropLast())
            let scores = ScoresAnswer.scores(bytes, id: 1, count: 4)
            #expect(scores.count == 4)
            // What is taken for numbers is what another reader of JSON takes for them.
            let values = scores.compactMap(\.value)
            guard values.count == 4 else { continue }
            let read =
                try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
            #expect(
                read?["scores"] as? [Double] == values,
                "\(index): \(String(decoding: bytes, as: UTF8.self))")
        }
    }
}

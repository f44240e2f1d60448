import Foundation
import GRPOJSON
import GRPORewards
import GRPOTasks
import Testing

/// Rewards that are other models.
@Suite struct JudgeRewardTests {
    private static func chat(_ text: String) -> String {
        JSONValue.object([
            "choices": .array([
                .object([
                    "message": .object(["role": .string("assistant"), "content": .string(text)])
                ])
            ])
        ]).text
    }

    @Test func eachCompletionIsOneQuestion() async throws {
        let server = try LocalServer { request, _ in
            let question = JSONValue(request.body)?["messages"]?.elements?.first?["content"]?.string
            // The later ones are answered first.
            let length = question?.split(separator: "|").last?.count ?? 0
            Thread.sleep(forTimeInterval: 0.02 * Double(max(0, 6 - length)))
            return .answer(200, Self.chat("Fine.\n**Score:** \(length)/10"))
        }
        var reward = JudgeReward(url: server.url("/v1/"), model: "m")
        reward.prompt = "{prompt}|{answer}|{completion}"
        reward.concurrency = 3
        let texts = (1...6).map { String(repeating: "x", count: $0) }
        let scores = try await reward.scores(for: group(texts))
        #expect(scores == (1...6).map { .value(Double($0) / 10) })
        let requests = server.requests
        #expect(requests.count == 6)
        #expect(requests.allSatisfy { $0.head.hasPrefix("POST /v1/chat/completions ") })
        let questions = requests.compactMap { JSONValue($0.body) }
        #expect(
            questions.contains(
                .object([
                    "model": .string("m"),
                    "messages": .array([
                        .object([
                            "role": .string("user"),
                            "content": .string("Q:57+68=?|125|xx"),
                        ])
                    ]),
                    "temperature": .double(0), "max_tokens": .int(512),
                ])))
    }

    /// One that fails fails alone.
    @Test func aReplyWithoutAScoreIsMalformed() async throws {
        let server = try LocalServer { request, _ in
            if request.body.contains("broken") { return .answer(400, "no") }
            return .answer(200, request.body.contains("silent") ? "{}" : Self.chat("Score: 10"))
        }
        var reward = JudgeReward(url: server.url("/v1"), model: "m")
        reward.retries = 0
        let scores = try await reward.scores(for: group(["good", "silent", "broken"]))
        #expect(scores.map(\.failure) == [nil, .malformed, .crash])
        #expect(scores[0] == .value(1))
    }

    /// The completion's own braces are text: it cannot ask for the answer.
    @Test func templatesAreFilledOnce() {
        let problem = Problem(
            id: "p", prompt: "{completion}", answer: "42", columns: ["level": "{answer}"])
        let prompt = JudgePrompt(
            template: "{prompt}/{completion}/{answer}/{columns.level}/{columns.no}/{x}/{/}{")
        #expect(
            prompt.text(problem, "{answer}{prompt}")
                == "{completion}/{answer}{prompt}/42/{answer}/{columns.no}/{x}/{/}{")
    }

    @Test(
        arguments: [
            ("Score: 7", 7), ("score: 7", nil), ("Score:7.25 of 10", 7.25), ("Score: **-3**", -3),
            ("Score: 1\nScore: 2\nScore: N", 2), ("Score: .5", nil), ("Score: 5.", 5),
            ("Score: 1e3", 1), ("Score:\n\n  +4", 4), ("Score: ten", nil), ("", nil),
            ("Score: " + String(repeating: "9", count: 40), nil),
        ] as [(String, Double?)])
    func theLastNumberThatFitsCounts(reply: String, score: Double?) throws {
        #expect(try #require(ScorePattern("Score: {score}")).score(in: reply) == score)
    }

    @Test func patternsMayStandAloneOrHaveAnEnd() throws {
        let bare = try #require(ScorePattern("{score}"))
        #expect(bare.score(in: "10") == 10)
        #expect(bare.score(in: "8 of 10.") == 10)
        #expect(bare.score(in: "-1.5") == -1.5)
        #expect(bare.score(in: "none") == nil)
        let boxed = try #require(ScorePattern("<score>{score}</score>"))
        #expect(boxed.score(in: "<score>3</score> <score>4</scor") == 3)
        for text in ["", "score", "{score}{score}", String(repeating: "a", count: 300) + "{score}"]
        {
            #expect(ScorePattern(text) == nil, "\(text)")
        }
    }

    @Test func scoresOutsideTheRangeAreMalformed() {
        var reward = JudgeReward(url: "http://localhost/v1", model: "m")
        (reward.minScore, reward.maxScore) = (1, 5)
        func score(_ text: String) -> Score { reward.score(of: Array(Self.chat(text).utf8)) }
        #expect(score("Score: 1") == .value(0))
        #expect(score("Score: 5") == .value(1))
        #expect(score("Score: 2") == .value(0.25))
        #expect(score("Score: 6").failure == .malformed)
        #expect(score("Score: 0.99").failure == .malformed)
    }

    /// FAILURES section 4: bytes of a server stop nothing.
    @Test func anyReplyGivesAScoreOrAFailure() {
        let reward = JudgeReward(url: "http://localhost/v1", model: "m")
        let sound = Array(Self.chat("Good.\nScore: 8").utf8)
        var random = SplitMix64(seed: 3)
        for _ in 0..<5000 {
            var bytes = sound
            for _ in 0..<(1 + random.next() % 4) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.remove(at: place)
                default: bytes.insert(bytes[Int(random.next() % UInt64(bytes.count))], at: place)
                }
            }
            switch reward.score(of: bytes) {
            case .value(let value): #expect((0...1).contains(value))
            case .failed(let failure, let reason):
                #expect(failure == .malformed)
                #expect(!reason.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F })
            case let score: Issue.record("\(score)")
            }
        }
    }

    @Test func allBadOptionsAreListed() {
        var reward = JudgeReward()
        reward.prompt = "no place"
        reward.pattern = "no place"
        reward.maxScore = -1
        reward.temperature = -1
        reward.maxTokens = 0
        reward.retries = 11
        reward.concurrency = 0
        #expect(
            reward.problems().map(\.key) == [
                "url", "model", "prompt", "pattern", "max_score", "temperature", "max_tokens",
                "retries", "concurrency",
            ])
        #expect(JudgeReward(url: "https://a.b/v1", model: "m").problems().isEmpty)
    }
}

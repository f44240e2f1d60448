import Foundation
import GRPOJSON
import GRPORewards
import GRPOTasks
import Testing

/// Rewards that are servers.
@Suite struct HTTPRewardTests {
    private func reason(_ score: Score) -> String {
        if case .failed(_, let reason) = score { reason } else { "" }
    }

    /// A redirection to where nobody is.
    private static let elsewhere =
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n"
        + "Connection: close\r\n\r\n"

    @Test func aServerIsPostedTheGroupAndAnswersTheScores() async throws {
        let server = try LocalServer { _, number in
            .answer(200, #"{"scores": [\#(number), null]}"#)
        }
        let reward = HTTPReward(url: server.url("/score?a=1"))
        #expect(try await reward.scores(for: group(["a", "b"])) == [.value(0), .notApplicable])
        #expect(try await reward.scores(for: group(["a", "b"])) == [.value(1), .notApplicable])
        let request = try #require(server.requests.first)
        #expect(request.head.hasPrefix("POST /score?a=1 HTTP/1.1"))
        #expect(request.head.lowercased().contains("content-type: application/json"))
        #expect(!request.head.lowercased().contains("authorization"))
        #expect(request.body == GroupRequest(id: 1, group: group(["a", "b"])).line)
    }

    @Test func theKeyComesFromTheEnvironmentAlone() async throws {
        setenv("GRPO_TEST_REWARD_KEY", "secret-of-the-test", 1)
        let server = try LocalServer { _, _ in .answer(403, "no: secret") }
        var reward = HTTPReward(url: server.url())
        reward.keyVariable = "GRPO_TEST_REWARD_KEY"
        #expect(reward.problems().isEmpty)
        let scores = try await reward.scores(for: group(["a"]))
        #expect(
            server.requests.first?.head.contains("Authorization: Bearer secret-of-the-test")
                == true)
        #expect(!reason(scores[0]).contains("secret-of-the-test"))
        let written = String(decoding: try JSONEncoder().encode(reward), as: UTF8.self)
        #expect(!written.contains("secret-of-the-test"))
        reward.keyVariable = "GRPO_TEST_NO_SUCH_KEY"
        #expect(reward.problems().map(\.key) == ["key_variable"])
        #expect(
            HTTPReward(url: "http://user:word@localhost/").problems().map(\.key) == ["url"])
        for url in ["", "localhost", "ftp://a/b", "file:///etc/passwd", "http://"] {
            #expect(HTTPReward(url: url).problems().map(\.key) == ["url"], "\(url)")
        }
    }

    @Test func aServerThatIsBusyIsAskedAgain() async throws {
        let server = try LocalServer { _, number in
            switch number {
            case 0: .answer(503, "busy")
            case 1: .answer(429, "busy")
            default: .answer(200, #"{"scores": [3]}"#)
            }
        }
        let reward = HTTPReward(url: server.url())
        #expect(try await reward.scores(for: group(["a"])) == [.value(3)])
        #expect(server.requests.count == 3)
    }

    /// Failures that cost no time, each for what it is.
    @Test func aServerThatFailsIsAState() async throws {
        let cases: [(LocalServer.Reply, RewardFailure, Int)] = [
            (.answer(500, "\u{1B}[2J broken"), .crash, 2),
            (.answer(404, "no"), .crash, 1),
            (.raw(Self.elsewhere), .crash, 1),
            (.raw("not HTTP at all\r\n\r\n"), .crash, 2),
            (.raw(""), .crash, 2),
            (.answer(200, #"{"scores": [NaN, -Infinity]}"#), .nonFinite, 1),
            (.answer(200, #"{"scores": ["1", true]}"#), .malformed, 1),
            (.answer(200, ""), .malformed, 1),
            (.answer(200, String(repeating: " ", count: 5000)), .malformed, 1),
            (.slowly(String(repeating: " ", count: 500), pause: 0), .malformed, 1),
        ]
        for (reply, expected, asked) in cases {
            let server = try LocalServer { _, _ in reply }
            var reward = HTTPReward(url: server.url())
            reward.retries = 1
            reward.timeout = 30
            reward.maxAnswerBytes = 1000
            let scores = try await reward.scores(for: group(["a", "b"]))
            #expect(scores.map(\.failure) == [expected, expected], "\(reply): \(scores)")
            #expect(server.requests.count == asked, "\(reply)")
            #expect(!reason(scores[0]).contains("\u{1B}"))
        }
    }

    @Test(.timeLimit(.minutes(5))) func aServerThatIsSlowIsATimeout() async throws {
        for reply in [LocalServer.Reply.silence(1000), .slowly(" ", pause: 0.02)] {
            let server = try LocalServer { _, _ in reply }
            var reward = HTTPReward(url: server.url())
            reward.timeout = 0.3
            let scores = try await reward.scores(for: group(["a"]))
            #expect(scores.map(\.failure) == [.timeout], "\(reply): \(scores)")
            #expect(server.requests.count == 1, "a slow server is not asked again")
        }
    }

    @Test func aServerThatIsNotThereIsACrash() async throws {
        let port = try LocalServer { _, _ in .silence(0) }.port
        var reward = HTTPReward(url: "http://127.0.0.1:\(port)/")
        reward.retries = 0
        #expect(try await reward.scores(for: group(["a"])).map(\.failure) == [.crash])
    }
}

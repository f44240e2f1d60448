import Foundation
import GRPOJSON
import GRPORewards
import GRPOTasks
import Testing

/// Rewards that are programs, here of shell.
@Suite struct CommandRewardTests {
    private func failures(_ scores: [Score]) -> [RewardFailure?] { scores.map(\.failure) }

    private func reasons(_ scores: [Score]) -> [String] {
        scores.compactMap { if case .failed(_, let reason) = $0 { reason } else { nil } }
    }

    /// Whether a process is gone or waits to be reaped, now or soon.
    private func hasEnded(_ identifier: String) throws -> Bool {
        let number = try #require(
            pid_t(identifier.trimmingCharacters(in: .whitespacesAndNewlines)))
        for _ in 0..<1000 {
            let state = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
            if kill(number, 0) == -1 || state?.contains(") Z ") == true { return true }
            usleep(10_000)
        }
        return false
    }

    @Test func aProgramIsAskedALineAndAnswersALine() async throws {
        let program = try ShellProgram(
            """
            while read -r line; do
                printf '%s\\n' "$line" >> "$1/asked"
                printf '{"scores": [1, 0.5, null]}\\n'
            done
            """)
        let reward = program.reward
        let problem = Problem(
            id: "p", prompt: "line\nfeed", answer: "7",
            columns: ["level": "3", "title": "3", "tags": "[1, \"a\"]"],
            jsonColumns: ["level", "tags"], messages: [Message(role: "user", content: "hello")])
        let group = RewardGroup(
            problem: problem,
            completions: ["a", "b\u{2028}", "c"].map {
                Completion(text: $0, tokenCount: 4, finishReason: .length)
            }, step: 5, maxSteps: 9, source: Sums(), seed: 1 << 63)
        for _ in 0..<2 {
            #expect(
                try await reward.scores(for: group) == [.value(1), .value(0.5), .notApplicable])
        }
        #expect(reward.restarts == 0, "it is kept running")
        let lines = try program.text("asked").split(separator: "\n").map(String.init)
        #expect(
            lines.first == """
                {"id":1,"step":5,"max_steps":9,"problem_id":"p","scenario":"reasoning",\
                "prompt":"line\\nfeed","messages":[{"role":"user","content":"hello"}],\
                "answer":"7","columns":{"level":3,"tags":[1,"a"],"title":"3"},\
                "completions":["a","b\\u2028","c"],"token_counts":[4,4,4],\
                "finish_reasons":["length","length","length"],"seed":4503599627370496}
                """)
        #expect(lines.count == 2)
        #expect(lines.last.flatMap { JSONValue($0) }?["id"] == .int(2))
    }

    /// FAILURES section 4, A4: a reward that hangs is a state, not a run that stands still.
    @Test(.timeLimit(.minutes(5))) func aProgramThatHangsIsKilledAndStartedAnew() async throws {
        let program = try ShellProgram(
            """
            while read -r line; do
                if [ -e "$1/awake" ]; then echo '{"scores": [1]}'; else sleep 1000 & echo $! > "$1/grandchild"; wait; fi
            done
            """)
        var reward = program.reward
        reward.timeout = 1
        reward.startTimeout = 1
        let scores = try await reward.scores(for: group(["a"]))
        #expect(failures(scores) == [.timeout])
        #expect(try hasEnded(program.text("grandchild")), "killed with what it had started")
        reward.timeout = 60
        try "".write(toFile: program.file("awake"), atomically: true, encoding: .utf8)
        #expect(try await reward.scores(for: group(["a"])) == [.value(1)])
        #expect(reward.restarts == 1)
    }

    @Test func aProgramThatEndsIsStartedOnceMoreForTheGroup() async throws {
        let program = try ShellProgram(
            """
            echo started >> "$1/started"
            read -r line
            if [ -e "$1/once" ]; then echo '{"scores": [0.25]}'; read -r line; fi
            : > "$1/once"
            echo 'Traceback' >&2
            printf 'KeyError: \\033[2J7' >&2
            exit 3
            """)
        let reward = program.reward
        #expect(try await reward.scores(for: group(["a"])) == [.value(0.25)])
        #expect(reward.restarts == 1)

        let broken = try ShellProgram("echo started >> \"$1/started\"; echo why >&2; exit 3")
        let scores = try await broken.reward.scores(for: group(["a", "b"]))
        #expect(failures(scores) == [.crash, .crash])
        #expect(
            reasons(scores)
                == Array(
                    repeating: "the program exited with 3; its last words: 'why'", count: 2))
        #expect(try broken.text("started").split(separator: "\n").count == 2)
    }

    /// What a program prints is not obeyed by a terminal.
    @Test func lastWordsAreMadeVisible() async throws {
        let program = try ShellProgram("printf 'KeyError: \\033[2J7\\n' >&2; kill -9 $$")
        let scores = try await program.reward.scores(for: group(["a"]))
        #expect(
            reasons(scores) == [
                "the program was ended by signal 9; its last words: 'KeyError: \\u{1b}[2J7'"
            ])
    }

    /// Neither side waits for the other: the question is longer than a pipe holds, the program
    /// writes much before it reads, and to standard error too.
    @Test func longLinesPassBothWays() async throws {
        let program = try ShellProgram(
            """
            head -c 300000 /dev/zero | tr '\\0' 'e' >&2
            while read -r line; do
                head -c 300000 /dev/zero | tr '\\0' 'e' >&2
                printf '{"pad": "'
                head -c 300000 /dev/zero | tr '\\0' 'e'
                printf '", "scores": [%s]}\\n' "${#line}"
            done
            """)
        let text = String(repeating: "w", count: 500_000)
        let scores = try await program.reward.scores(for: group([text]))
        let value = try #require(scores[0].value, "\(scores)")
        #expect(value > 500_000)
    }

    @Test(arguments: ["", "close"])
    func aProgramThatDoesNotReadIsNoTrouble(way: String) async throws {
        // Without an end to its input it would wait for ever.
        let program = try ShellProgram(
            way == "close" ? "exec <&-; exec sleep 1000" : "exec sleep 1000")
        var reward = program.reward
        reward.timeout = 0.2
        reward.startTimeout = 0
        let text = String(repeating: "w", count: 500_000)
        #expect(failures(try await reward.scores(for: group([text]))) == [.timeout])
    }

    @Test func endlessOutputIsCutOff() async throws {
        for command in ["yes", "yes '{\"scores\": [1]}'", "cat /dev/zero"] {
            let program = try ShellProgram("exec \(command)")
            var reward = program.reward
            reward.maxAnswerBytes = 1000
            let scores = try await reward.scores(for: group(["a"]))
            #expect(failures(scores) == [.malformed], "\(command): \(scores)")
        }
    }

    /// A second line would be taken for the answer about the next group.
    @Test func aSecondLineIsAFault() async throws {
        let program = try ShellProgram(
            "while read -r line; do printf '{\"scores\": [1]}\\n{\"scores\": [2]}\\n'; done")
        let reward = program.reward
        for _ in 0..<2 {
            let scores = try await reward.scores(for: group(["a"]))
            #expect(failures(scores) == [.malformed], "\(scores)")
        }
    }

    @Test func anErrorThatIsSaidIsACrashWithoutARestart() async throws {
        let program = try ShellProgram(answering: #"{"error": "ValueError: no"}"#)
        let reward = program.reward
        let scores = try await reward.scores(for: group(["a", "b"]))
        #expect(failures(scores) == [.crash, .crash])
        #expect(reasons(scores).first == "'ValueError: no'")
        #expect(reward.restarts == 0)
    }

    @Test func aProgramThatIsNotThereIsFoundBeforeTheRun() async throws {
        let keys = CommandReward(["no-such-program-at-all"]).problems()
        #expect(keys.map(\.key) == ["run"])
        #expect(keys[0].message == "found no program 'no-such-program-at-all' in PATH")
        #expect(CommandReward(["/bin/sh"], directory: "/nowhere").problems().map(\.key) == ["run"])
        #expect(CommandReward([]).problems().map(\.key) == ["run"])
        await #expect(throws: RewardError.self) {
            try await CommandReward(["./nothing"]).scores(for: group(["a"]))
        }
        var reward = CommandReward(["sh"])
        #expect(reward.problems().isEmpty)
        reward.timeout = .nan
        reward.startTimeout = -1
        reward.maxAnswerBytes = 0
        reward.maxFailureRate = 2
        #expect(
            reward.problems().map(\.key) == [
                "timeout", "max_answer_bytes", "max_failure_rate", "start_timeout",
            ])
    }

    @Test func aProgramRunsInItsDirectory() async throws {
        let program = try ShellProgram(answering: #"{"scores": [4]}"#)
        let reward = CommandReward(["/bin/sh", "program.sh"], directory: program.directory)
        #expect(try await reward.scores(for: group(["a"])) == [.value(4)])
        // Written by another process: a file that this one writes may be open in a child that another
        // test is starting at this moment, and a file that is open for writing cannot be executed.
        let maker = Process()
        maker.executableURL = URL(fileURLWithPath: "/bin/sh")
        maker.arguments = [
            "-c", "{ echo '#!/bin/sh'; cat program.sh; } > run.sh && chmod 755 run.sh",
        ]
        maker.currentDirectoryURL = URL(fileURLWithPath: program.directory)
        try maker.run()
        maker.waitUntilExit()
        #expect(maker.terminationStatus == 0)
        let relative = CommandReward(["./run.sh"], directory: program.directory)
        #expect(relative.problems().isEmpty)
        #expect(try await relative.scores(for: group(["a"])) == [.value(4)])
    }

    @Test func theProgramEndsWithItsReward() async throws {
        let program = try ShellProgram(
            "echo $$ > \"$1/started\"; while read -r l; do echo '{\"scores\": [1]}'; done")
        _ = try await program.reward.scores(for: group(["a"]))
        #expect(try hasEnded(program.text("started")))
    }

    @Test func optionsRoundTripWithExplicitNulls() throws {
        var reward = CommandReward(["a", "b"], directory: "/tmp")
        reward.timeout = 3
        reward.startTimeout = 4
        reward.maxAnswerBytes = 500
        reward.maxFailureRate = 0.1
        func json(_ reward: CommandReward) throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return String(decoding: try encoder.encode(reward), as: UTF8.self)
        }
        let read = try JSONDecoder().decode(
            CommandReward.self, from: Data(try json(reward).utf8))
        #expect(try json(read) == json(reward))
        #expect(
            JSONValue(try json(CommandReward()))?.members?.map(\.key) == [
                "directory", "max_answer_bytes", "max_failure_rate", "run", "start_timeout",
                "timeout",
            ])
        #expect(try JSONDecoder().decode(CommandReward.self, from: Data("{}".utf8)).timeout == 10)
    }
}

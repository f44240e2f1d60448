import Foundation
import GRPOSandbox
import Testing

@Suite struct SandboxTests {
    private let limits = SandboxLimits(
        cpuSeconds: 1, wallSeconds: 3, memoryBytes: 128 << 20, processes: 4,
        temporaryBytes: 4 << 20, outputBytes: 1 << 16)

    private func run(
        _ script: String, input: [UInt8] = [], _ limits: SandboxLimits? = nil
    ) throws -> SandboxOutcome {
        try Sandbox().run(
            ["/bin/sh", "-c", script], input: input, limits: limits ?? self.limits)
    }

    @Test func aProgramReadsAndWrites() throws {
        let outcome = try run("cat; echo err >&2; exit 3", input: Array("in\n".utf8))
        #expect(outcome.text == "in\nerr\n")
        #expect(outcome.status == 3)
        #expect(!outcome.isTimedOut && !outcome.isTruncated)
    }

    @Test func inputOfAnyLengthPasses() throws {
        let outcome = try run("wc -c", input: [UInt8](repeating: 7, count: 3_000_000))
        #expect(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines) == "3000000")
    }

    @Test func inputThatNobodyReadsIsNoFault() throws {
        let outcome = try run("exit 0", input: [UInt8](repeating: 7, count: 3_000_000))
        #expect(outcome.status == 0)
    }

    @Test func itsDirectoryIsPrivateAndNew() throws {
        let outcome = try run("pwd; ls -A; echo x > file; ls")
        #expect(outcome.text == "/tmp\nfile\n")
        #expect(try run("ls -A").text.isEmpty)
    }

    @Test func timeEnds() throws {
        let outcome = try run("sleep 60")
        #expect(outcome.isTimedOut)
        #expect(outcome.status == nil)
    }

    @Test func outputEnds() throws {
        let outcome = try run("yes")
        #expect(outcome.isTruncated)
        #expect(outcome.output.count == limits.outputBytes)
    }

    @Test func aClosedOutputIsNoWayToRunOn() throws {
        let start = ContinuousClock.now
        let outcome = try run("exec >&- 2>&-; sleep 60")
        #expect(outcome.status == nil)
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test func withoutBubblewrapNothingIsLeftBehindEither() throws {
        let bare = try Sandbox(unsandboxed: true).run(
            ["/bin/sh", "-c", "sleep 47 >/dev/null 2>&1 & echo $!"], limits: limits)
        #expect(bare.status == 0)
        let child = bare.text.trimmingCharacters(in: .newlines)
        #expect(Int(child) != nil)
        // A killed process may take a moment, and wait for its new parent, but then it has no
        // command any more.
        func command() -> String {
            (try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)) ?? ""
        }
        for _ in 0..<200 where command().contains("sleep") { usleep(50_000) }
        #expect(!command().contains("sleep"))
    }

    @Test func rootBecomesAnotherUserFirst() throws {
        // Limits on processes do not bind root, not even inside.
        let users = try run("id -u; id -g; id -G").text.split(separator: "\n")
        #expect(users.count == 3)
        #expect(!users.contains("0"))
        let bare = try Sandbox(unsandboxed: true).run(
            ["/bin/sh", "-c", "id -u; grep -s ^Cap /proc/self/status"], limits: limits)
        #expect(getuid() != 0 || !bare.text.hasPrefix("0\n"))
        if getuid() == 0 { #expect(bare.text.contains("CapEff:\t0000000000000000")) }
    }

    @Test func whatIsReadableIsNotWritable() throws {
        let host = Host()
        let directory = host.canary.replacingOccurrences(of: "/canary", with: "")
        let sandbox = try Sandbox(readable: [directory])
        let outcome = try sandbox.run(
            [
                "/bin/sh", "-c",
                "cat \(host.canary); echo x 2>/dev/null > \(host.canary) || echo no",
            ],
            limits: limits)
        #expect(outcome.text == "tweetno\n")
        #expect(host.changes() == [])
    }

    @Test func withoutBubblewrapItRefuses() throws {
        let directory = "/tmp/grpo-tools-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for tool in ["prlimit", "setpriv"] {
            try FileManager.default.createSymbolicLink(
                atPath: directory + "/" + tool, withDestinationPath: "/usr/bin/" + tool)
        }
        let error = #expect(throws: SandboxError.self) { try Sandbox(searchPath: [directory]) }
        #expect(
            error?.description
                == """
                found no bwrap in \(directory), expected bubblewrap, in which programs are run; \
                install it (Scripts/setup does; on Debian: apt-get install bubblewrap), or set \
                unsandboxed: true to run what the model writes with no more than limits around it
                """)
        #expect(throws: Never.self) { try Sandbox(unsandboxed: true, searchPath: [directory]) }
    }

    @Test func aBubblewrapThatFailsIsNotTakenForASandbox() throws {
        let directory = "/tmp/grpo-tools-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for tool in ["prlimit", "setpriv"] {
            try FileManager.default.createSymbolicLink(
                atPath: directory + "/" + tool, withDestinationPath: "/usr/bin/" + tool)
        }
        try "#!/bin/sh\necho 'No permissions to create new namespace' >&2; exit 1\n"
            .write(toFile: directory + "/bwrap", atomically: true, encoding: .utf8)
        for path in [directory, directory + "/bwrap"] {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }
        let error = #expect(throws: SandboxError.self) { try Sandbox(searchPath: [directory]) }
        #expect(
            error?.found == "a sandbox that does not start: No permissions to create new namespace")
    }

    @Test func manyRunAtATime() async throws {
        let sandbox = try Sandbox()
        let limits = limits
        await withTaskGroup(of: String?.self) { group in
            for number in 0..<16 {
                group.addTask {
                    try? sandbox.run(
                        ["/bin/sh", "-c", "for i in 1 2 3; do echo \(number) | cat; done"],
                        limits: limits
                    ).text
                }
            }
            for await text in group {
                let lines = (text ?? "").split(separator: "\n")
                #expect(lines.count == 3 && Set(lines).count == 1)
            }
        }
    }
}

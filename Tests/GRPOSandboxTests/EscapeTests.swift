import Foundation
import GRPOSandbox
import Testing

/// FAILURES.md section 4, "sandbox escape set".
@Suite struct EscapeTests {
    private static let limits = SandboxLimits(
        cpuSeconds: 1, wallSeconds: 3, memoryBytes: 128 << 20, processes: 8,
        temporaryBytes: 16 << 20, outputBytes: 1 << 18, openFiles: 64)

    @Test func theCorpusIsLarge() {
        #expect(Abuse.corpus.count >= 40)
        #expect(Set(Abuse.corpus.map(\.name)).count == Abuse.corpus.count)
    }

    @Test(arguments: Abuse.corpus)
    func blocked(_ abuse: Abuse) throws {
        // Where bubblewrap is missing this throws, and the test fails.
        let sandbox = try Sandbox()
        let host = Host()
        let start = ContinuousClock.now
        let outcome = try sandbox.run(host.addressed(abuse.command), limits: Self.limits)
        #expect(!outcome.text.contains("ESCAPED"), "\(outcome.text)")
        #expect(host.changes() == [])
        #expect(outcome.output.count <= Self.limits.outputBytes)
        #expect(ContinuousClock.now - start < .seconds(20))
        switch abuse.end {
        case .held:
            #expect(outcome.text.hasSuffix("held\n"), "\(outcome.text.suffix(500))")
        case .killed:
            #expect(!outcome.text.contains("held\n"))
            #expect(outcome.status != 0)
        }
    }

    @Test(arguments: Abuse.corpus.filter(\.isControl))
    func wouldBeNoticed(_ abuse: Abuse) throws {
        let sandbox = try Sandbox(unsandboxed: true)
        let host = Host()
        let outcome = try sandbox.run(host.addressed(abuse.command), limits: Self.limits)
        #expect(outcome.text.contains("ESCAPED"), "\(outcome.text)")
    }
}

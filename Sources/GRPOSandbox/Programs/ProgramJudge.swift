import Foundation

/// Judges programs by hidden tests.
///
/// Two sandboxes for each program: in one the program, in the other its judge with the tests, and
/// between them pipes over which the judge asks for the values of calls. The interpreter that runs
/// the program never holds the tests, the expected values, the nonce or the pipe of the report, so
/// leaving with status 0, replacing `check` or `AssertionError`, objects that equal everything,
/// handlers at exit and writing to descriptors all prove nothing. What is left to an adversary is
/// what a test cannot tell from an answer: to learn the values of the calls by heart.
///
/// Right and wrong do not depend on the machine's load, as far as a program stays clear of its
/// limits: these are in processor time first. Hashes and `random` begin from fixed seeds.
package struct ProgramJudge: Sendable {
    /// What came of judging one program.
    package enum Result: Sendable, Hashable {
        case judged(JudgeReport)
        /// The program has used up its time or has brought its judge down; why, in words.
        case silent(String)
    }

    private let sandbox: Sandbox
    private let python: String
    private let limits: SandboxLimits

    /// Finds an interpreter, and tries it in the sandbox.
    ///
    /// - Parameter python: the interpreter's path; nil for the system's.
    package init(
        sandbox: Sandbox, python: String? = nil, limits: SandboxLimits
    ) throws(SandboxError) {
        self.sandbox = sandbox
        self.python = try Interpreter.path(python)
        self.limits = limits
        let outcome = try sandbox.run(
            command("import sys; print('version', sys.version_info[0])"), limits: limits)
        guard outcome.text == "version 3\n" else {
            let said = outcome.text.split(separator: "\n").last.map(String.init) ?? "nothing"
            throw SandboxError(
                place: .interpreter, found: "\(self.python) in the sandbox says '\(said)'",
                expected: "a Python 3 interpreter that starts within the limits",
                remedy: "raise memory_mb, or show its files inside with readable: [DIRECTORY]")
        }
    }

    private func command(_ source: String) -> [String] { [python, "-s", "-B", "-c", source] }

    /// What it takes to bring both sandboxes up; not the program's time.
    private static let startSeconds = 30.0
    /// What the judge may take beyond the program's time to say so.
    private static let grace = 3.0

    /// Judges a program; blocks until it is gone. Throws where the sandbox did not come up, twice,
    /// which no program can bring about: nothing of it has run by then.
    ///
    /// - Parameter sources: the first that compiles is the program.
    package func judge(
        _ sources: [String], by tests: ProgramTests
    ) throws(SandboxError) -> Result {
        do throws(SandboxError) {
            return try attempt(sources, tests)
        } catch {
            return try attempt(sources, tests)
        }
    }

    private func attempt(
        _ sources: [String], _ tests: ProgramTests
    ) throws(SandboxError) -> Result {
        let nonce = Self.nonce()
        let requests = try Descriptor.pipe()
        let answers = try Descriptor.pipe()
        let report = try Descriptor.pipe()
        let job = try Descriptor.input()
        let nothing = try Descriptor.nothing()
        let program = try SandboxProcess(
            command(CandidateHarness.source), in: sandbox, limits: limits,
            descriptors: [requests.read, answers.write, nothing])
        var judging = limits
        judging.cpuSeconds = limits.wallSeconds
        let judge = try SandboxProcess(
            command(JudgeHarness.source), in: sandbox, limits: judging,
            descriptors: [job.theirs, report.write, nothing, requests.write, answers.read])
        // What the two hold must close when they end.
        for end in [
            requests.read, requests.write, answers.read, answers.write, report.write, job.theirs,
        ] { end.close() }
        defer {
            program.end()
            judge.end()
        }
        var isReady = false
        let talk = Conversation(
            input: fields(nonce, tests, sources), to: job.ours, from: report.read,
            outputBytes: JudgeReport.longest, seconds: Self.startSeconds
        ) { output, seconds in
            switch JudgeReport.parse(output, nonce: nonce) {
            case .nothing: return false
            case .ready:
                if !isReady { seconds = limits.wallSeconds + Self.grace }
                isReady = true
                return false
            case .done, .malformed: return true
            }
        }
        switch JudgeReport.parse(talk.output, nonce: nonce) {
        case .done(let report): return .judged(report)
        case .ready where talk.end == .timedOut: return .silent("out of time")
        case .ready: return .silent("the judge ended without a report")
        case .malformed where isReady: return .silent("a report that is none")
        case .nothing, .malformed:
            throw SandboxError(
                found: "a judge that did not start",
                expected: "two sandboxes within \(Int(Self.startSeconds)) seconds",
                remedy: "raise memory_mb, or lower parallel if the machine is short of memory")
        }
    }

    private func fields(
        _ nonce: String, _ tests: ProgramTests, _ sources: [String]
    ) -> [UInt8] {
        ([nonce, "\(limits.wallSeconds)", tests.entryPoint ?? "", tests.prompt, tests.test]
            + sources).flatMap { field in
                Array("\(field.utf8.count)\n".utf8) + Array(field.utf8)
            }
    }

    /// 128 bits that nobody can guess.
    private static func nonce() -> String {
        var random = SystemRandomNumberGenerator()
        return [random.next(), random.next()].map { (half: UInt64) in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

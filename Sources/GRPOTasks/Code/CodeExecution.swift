import GRPOSandbox
import Foundation
import Synchronization

/// How programs are run: options that the task `code` and the reward `code_execution` have in
/// common, under the same keys.
package struct CodeExecution: Codable, Sendable, Hashable {
    /// The Python 3 interpreter, an absolute path; null: the system's.
    package var python: String?
    /// Further directories that programs may read, such as that of `python`, absolute paths.
    package var readable: [String]
    /// Seconds of processor time for a program with all its tests; by the clock three times as
    /// many.
    package var timeout: Double
    /// Megabytes (2^20 bytes) of address space of each of its processes.
    package var memoryMB: Int
    /// Megabytes of its private `/tmp`, and of a file in it.
    package var diskMB: Int
    /// Processes and threads at a time.
    package var processes: Int
    /// Programs that run at a time; null: as many as the machine has cores.
    package var parallel: Int?
    /// Whether programs run without bubblewrap, with the rights of the caller and the network
    /// (where that is root: with those of an unprivileged user).
    package var unsandboxed: Bool

    package init(
        python: String? = nil, readable: [String] = [], timeout: Double = 4, memoryMB: Int = 256,
        diskMB: Int = 16, processes: Int = 8, parallel: Int? = nil, unsandboxed: Bool = false
    ) {
        self.python = python
        self.readable = readable
        self.timeout = timeout
        self.memoryMB = memoryMB
        self.diskMB = diskMB
        self.processes = processes
        self.parallel = parallel
        self.unsandboxed = unsandboxed
    }

    private enum CodingKeys: String, CodingKey {
        case python, readable, timeout, processes, parallel, unsandboxed
        case memoryMB = "memory_mb"
        case diskMB = "disk_mb"
    }

    /// Reads the keys that stand among a component's own.
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = CodeExecution()
        self.init(
            python: try values.decodeIfPresent(String.self, forKey: .python),
            readable: try values.decodeIfPresent([String].self, forKey: .readable)
                ?? defaults.readable,
            timeout: try values.decodeIfPresent(Double.self, forKey: .timeout) ?? defaults.timeout,
            memoryMB: try values.decodeIfPresent(Int.self, forKey: .memoryMB) ?? defaults.memoryMB,
            diskMB: try values.decodeIfPresent(Int.self, forKey: .diskMB) ?? defaults.diskMB,
            processes: try values.decodeIfPresent(Int.self, forKey: .processes)
                ?? defaults.processes,
            parallel: try values.decodeIfPresent(Int.self, forKey: .parallel),
            unsandboxed: try values.decodeIfPresent(Bool.self, forKey: .unsandboxed)
                ?? defaults.unsandboxed)
    }

    /// Writes the keys among a component's own.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(python, forKey: .python)
        try values.encode(readable, forKey: .readable)
        try values.encode(timeout, forKey: .timeout)
        try values.encode(memoryMB, forKey: .memoryMB)
        try values.encode(diskMB, forKey: .diskMB)
        try values.encode(processes, forKey: .processes)
        try values.encode(parallel, forKey: .parallel)
        try values.encode(unsandboxed, forKey: .unsandboxed)
    }

    // MARK: - Options

    /// What is out of range, or, where nothing is, what this machine lacks to run programs.
    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        func within<Value: Comparable>(
            _ key: String, _ value: Value, _ range: ClosedRange<Value>
        ) {
            guard !range.contains(value) else { return }
            found.append(
                (key, "must be from \(range.lowerBound) to \(range.upperBound), found \(value)"))
        }
        if let python, !python.hasPrefix("/") {
            found.append(("python", "must be an absolute path, found '\(python)'"))
        }
        if let path = readable.first(where: { !$0.hasPrefix("/") }) {
            found.append(("readable", "must hold absolute paths, found '\(path)'"))
        }
        within("timeout", timeout, 0.1...600)
        within("memory_mb", memoryMB, 64...65_536)
        within("disk_mb", diskMB, 1...4096)
        within("processes", processes, 1...256)
        if let parallel { within("parallel", parallel, 1...1024) }
        guard found.isEmpty else { return found }
        switch Self.judge(of: self) {
        case .success: return []
        case .failure(let error):
            return [(error.place == .interpreter ? "python" : "unsandboxed", "\(error)")]
        }
    }

    private var limits: SandboxLimits {
        SandboxLimits(
            cpuSeconds: timeout, wallSeconds: 3 * timeout, memoryBytes: memoryMB << 20,
            processes: processes, temporaryBytes: diskMB << 20)
    }

    // MARK: - Judging

    /// Judges of the options in use: a sandbox is found and tried once in a process.
    private static let judges = Mutex<[CodeExecution: Result<ProgramJudge, SandboxError>]>([:])

    private static func judge(of options: CodeExecution) -> Result<ProgramJudge, SandboxError> {
        judges.withLock { judges in
            if let known = judges[options] { return known }
            let judge = Result { () throws(SandboxError) in
                try ProgramJudge(
                    sandbox: Sandbox(unsandboxed: options.unsandboxed, readable: options.readable),
                    python: options.python, limits: options.limits)
            }
            judges[options] = judge
            return judge
        }
    }

    /// Judges the programs of some completions, several at a time, each text once.
    ///
    /// - Parameter programs: of each completion the texts of which the first that compiles is its
    ///   program; nil where it has none.
    func results(
        of programs: [[String]?], by tests: ProgramTests
    ) -> [Result<ProgramJudge.Result, SandboxError>?] {
        let judge: ProgramJudge
        switch Self.judge(of: self) {
        case .failure(let error): return programs.map { $0.map { _ in .failure(error) } }
        case .success(let found): judge = found
        }
        let distinct = Array(Set(programs.compactMap(\.self)))
        let results = Mutex<[[String]: Result<ProgramJudge.Result, SandboxError>]>([:])
        let next = Atomic<Int>(0)
        let workers = min(distinct.count, parallel ?? ProcessInfo.processInfo.activeProcessorCount)
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < distinct.count else { return }
                let program = distinct[index]
                let result = Result { () throws(SandboxError) in
                    try judge.judge(program, by: tests)
                }
                results.withLock { $0[program] = result }
            }
        }
        let found = results.withLock { $0 }
        return programs.map { program in program.flatMap { found[$0] } }
    }
}

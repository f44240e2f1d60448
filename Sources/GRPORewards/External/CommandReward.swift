package import GRPOTasks

/// Asks a program of any language: it reads a line of JSON for each group on its standard input
/// (`GroupRequest`) and answers a line on its standard output (`ScoresAnswer`), and is kept running.
///
///     rewards: [command: {name: style, run: [python3, style.py], directory: ., weight: 0.5}]
///
/// It is started with the first group. Where it ends, it is started again and asked once more; where
/// it takes too long, it is killed with all that it started, and the next group finds a new one.
/// Its standard error is read for the last line, which failures tell; nothing of it is shown.
package struct CommandReward: ExternalReward {
    package static let name = "command"
    package static let summary =
        "Asks a program: a line of JSON for each group in, a line with the scores out."

    /// The program, looked for in PATH where it has no slash, and its arguments.
    package var run: [String] = []
    /// Where it runs; null: where `grpo` was started. In a recipe `.` is the recipe's own directory.
    package var directory: DataPath?
    /// Seconds for the answer about one group.
    package var timeout = 10.0
    /// Seconds on top for the first answer of a program that was just started.
    package var startTimeout = 60.0
    /// The most bytes of an answer.
    package var maxAnswerBytes = 1 << 20
    /// The largest share of the completions of one sampling that may go without a score; more end
    /// the run.
    package var maxFailureRate = 0.5

    private let session = CommandSession()

    package init() {}

    package init(_ run: [String], directory: String? = nil) {
        self.run = run
        self.directory = directory.map { DataPath($0) }
    }

    package var restarts: Int? { session.restarts }

    /// Ends the program; the next group starts a new one.
    package func end() { session.end() }

    package func problems() -> [(key: String, message: String)] {
        var found = commonProblems(timeout: timeout, maxAnswerBytes: maxAnswerBytes)
        if let program = run.first, !program.isEmpty {
            if let obstacle = ChildProcess.obstacle(to: program, directory: directory?.path) {
                found.append(("run", obstacle))
            }
        } else {
            found.append(
                ("run", "must name a program and its arguments, such as [python3, reward.py]"))
        }
        if !(startTimeout >= 0 && startTimeout <= 86_400) {
            found.append(("start_timeout", "must be 0 to 86400 seconds, found \(startTimeout)"))
        }
        return found
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        let plan = CommandSession.Plan(
            run: run, directory: directory?.path, timeout: timeout, startTimeout: startTimeout,
            maxAnswerBytes: maxAnswerBytes)
        let (id, outcome) = try await session.ask(plan) { GroupRequest(id: $0, group: group).line }
        switch outcome {
        case .answer(let bytes):
            return ScoresAnswer.scores(bytes, id: id, count: group.completions.count)
        case .failure(let failure, let reason):
            return Score.failures(failure, reason: reason, count: group.completions.count)
        }
    }
}

extension CommandReward {
    private enum CodingKeys: String, CodingKey {
        case run, directory, timeout
        case startTimeout = "start_timeout"
        case maxAnswerBytes = "max_answer_bytes"
        case maxFailureRate = "max_failure_rate"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let usual = CommandReward()
        run = try values.decodeIfPresent([String].self, forKey: .run) ?? usual.run
        directory = try values.decodeIfPresent(DataPath.self, forKey: .directory)
        timeout = try values.decodeIfPresent(Double.self, forKey: .timeout) ?? usual.timeout
        startTimeout =
            try values.decodeIfPresent(Double.self, forKey: .startTimeout) ?? usual.startTimeout
        maxAnswerBytes =
            try values.decodeIfPresent(Int.self, forKey: .maxAnswerBytes) ?? usual.maxAnswerBytes
        maxFailureRate =
            try values.decodeIfPresent(Double.self, forKey: .maxFailureRate)
            ?? usual.maxFailureRate
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(run, forKey: .run)
        try values.encode(directory, forKey: .directory)
        try values.encode(timeout, forKey: .timeout)
        try values.encode(startTimeout, forKey: .startTimeout)
        try values.encode(maxAnswerBytes, forKey: .maxAnswerBytes)
        try values.encode(maxFailureRate, forKey: .maxFailureRate)
    }
}

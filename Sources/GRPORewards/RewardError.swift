/// What a reward function can do wrong at run time.
package enum RewardError: Error, CustomStringConvertible, Hashable {
    /// It gave more or fewer scores than there are completions.
    case wrongCount(name: String, problem: String, expected: Int, found: Int)
    /// The program of a reward cannot be started.
    case notStarted(program: String, reason: String)
    /// A reward outside of this process failed for more completions than it may.
    case failing(name: String, failures: FailureCounts, limit: Double)

    package var description: String {
        switch self {
        case .wrongCount(let name, let problem, let expected, let found):
            "reward '\(name)' gave \(found) scores for the \(expected) completions of problem "
                + "'\(problem)'; scores(for:) must return one score per completion"
        case .notStarted(let program, let reason):
            "cannot start \(program), the program of a reward: \(reason); check run and directory"
        case .failing(let name, let failures, let limit):
            "reward '\(name)' could not score \(failures.total) of \(failures.completions) "
                + "completions of one sampling (\(failures.list)), more than the share of "
                + "\(limit) that max_failure_rate allows; the last time: \(failures.lastReason). "
                + "What was saved is sound: mend the reward and go on with --resume, or raise "
                + "max_failure_rate (1: never stop)"
        }
    }
}

/// A reward that asks somebody else: a program, a server, another model.
///
/// It never throws for what the other side does wrong: that becomes `Score.failed`, which is
/// counted. Only more failures than `maxFailureRate` end the run.
///
/// A resumed run samples and scores again what came after its checkpoint. It is the run that was
/// interrupted only where the other side answers equal questions equally. The options are part of a
/// stage's identity, what the other side does with a question is not: a run whose reward was
/// rewritten is begun anew, not resumed.
package protocol ExternalReward: RewardFunction {
    /// The largest share of the completions of one sampling that may go without a score, 0 to 1.
    var maxFailureRate: Double { get }
    /// How often the other side was started anew, in this process; nil where that cannot be.
    var restarts: Int? { get }
}

extension ExternalReward {
    package var restarts: Int? { nil }

    /// Range checks that all of them share.
    func commonProblems(
        timeout: Double, maxAnswerBytes: Int
    ) -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if !(timeout > 0 && timeout <= 86_400) {
            found.append(
                ("timeout", "must be above 0 and at most 86400 seconds, found \(timeout)"))
        }
        if !(64...1 << 30).contains(maxAnswerBytes) {
            found.append(("max_answer_bytes", "must be 64 to \(1 << 30), found \(maxAnswerBytes)"))
        }
        if !(0...1).contains(maxFailureRate) {
            found.append(("max_failure_rate", "must be 0 to 1, found \(maxFailureRate)"))
        }
        return found
    }
}

/// What the other side gave for a group, or why it gave nothing.
enum ExternalOutcome: Sendable, Hashable {
    /// The bytes of an answer.
    case answer([UInt8])
    case failure(RewardFailure, reason: String)
}

extension Score {
    /// The same failure for every completion of a group.
    static func failures(
        _ failure: RewardFailure, reason: String, count: Int
    ) -> [Score] {
        Array(repeating: .failed(failure, reason: reason), count: count)
    }
}

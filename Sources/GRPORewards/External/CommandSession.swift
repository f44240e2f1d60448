import Dispatch
import GRPOJSON
import Synchronization

/// The program of a `CommandReward`: started with the first question, kept running, and started
/// anew where it has ended or lost its place.
final class CommandSession: Sendable {
    /// How a program is started and how long it may take.
    struct Plan: Sendable {
        var run: [String]
        var directory: String?
        /// Seconds for an answer.
        var timeout: Double
        /// Seconds on top for the first answer of a program that was just started.
        var startTimeout: Double
        /// The most bytes of an answer.
        var maxAnswerBytes: Int
    }

    private struct State {
        var child: ChildProcess?
        var starts = 0
        var requests = 0
        var hasAnswered = false
    }

    private let state = Mutex(State())
    /// One question at a time, off the threads that Swift's tasks share: the wait blocks.
    private let queue = DispatchQueue(label: "command reward")

    /// How often the program was started again after its first start.
    var restarts: Int { state.withLock { max(0, $0.starts - 1) } }

    /// Asks about a group. The request is made with its number, counted from 1.
    ///
    /// A program that ends instead of answering is started again and asked once more, once. One
    /// that takes too long or loses its place is ended; the next group finds a new one.
    ///
    /// - Throws: `RewardError.notStarted` where there is no program.
    func ask(
        _ plan: Plan, _ request: @escaping @Sendable (Int) -> String
    ) async throws -> (id: Int, outcome: ExternalOutcome) {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(
                    with: Result {
                        try self.state.withLock { state in
                            state.requests += 1
                            let id = state.requests
                            let line = Array((request(id) + "\n").utf8)
                            var outcome = try Self.ask(line, plan, &state)
                            if case .failure(.crash, _) = outcome {
                                outcome = try Self.ask(line, plan, &state)
                            }
                            return (id, outcome)
                        }
                    })
            }
        }
    }

    /// Ends the program; the next question starts a new one.
    func end() {
        state.withLock { $0.child = nil }
    }

    private static func ask(
        _ line: [UInt8], _ plan: Plan, _ state: inout State
    ) throws -> ExternalOutcome {
        let child: ChildProcess
        if let running = state.child {
            child = running
        } else {
            child = try ChildProcess(plan.run, directory: plan.directory)
            state.child = child
            state.starts += 1
            state.hasAnswered = false
        }
        let seconds = plan.timeout + (state.hasAnswered ? 0 : plan.startTimeout)
        var exchange = LineExchange(child, limit: plan.maxAnswerBytes)
        let outcome = exchange.ask(line, seconds: seconds)
        if case .line(let bytes) = outcome {
            state.hasAnswered = true
            return .answer(bytes)
        }
        // Whatever it says from now on belongs to no question.
        state.child = nil
        switch outcome {
        case .line: preconditionFailure("a line is an answer")
        case .timeout:
            return .failure(
                .timeout, reason: "no answer within \(seconds) s\(lastWords(exchange.errors))")
        case .ended:
            let end = child.endSoon()
            exchange.readErrors()
            return .failure(.crash, reason: "the program \(end)\(lastWords(exchange.errors))")
        case .tooLong:
            return .failure(
                .malformed,
                reason: "an answer of more than \(plan.maxAnswerBytes) bytes "
                    + "(max_answer_bytes)")
        case .unasked:
            return .failure(
                .malformed,
                reason: "more than the one line that was asked for; standard output is for "
                    + "answers alone, messages go to standard error")
        }
    }

    /// The last line on standard error: of a Python program, what was raised.
    private static func lastWords(_ errors: [UInt8]) -> String {
        let text = String(decoding: errors, as: UTF8.self)
        guard let line = text.split(whereSeparator: \.isNewline).last else { return "" }
        return "; its last words: \(printable(String(line)))"
    }
}

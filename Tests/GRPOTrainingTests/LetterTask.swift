import GRPOTasks

/// "c=" is to be continued by "c" alone: a task that a tiny policy learns in some tens of steps.
struct LetterTask: ProblemSource, Equatable {
    static let name = "letter"
    static let summary = "Repeat the letter."
    static let alphabet = "abcdef="

    /// Whether every problem is judged ungradable.
    var isBroken = false

    init() {}

    init(isBroken: Bool) {
        self.isBroken = isBroken
    }

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        problem(Int(random.next() % 6))
    }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        (0..<min(6, limit)).map(problem)
    }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        if isBroken { return .ungradable(reason: "no answer key") }
        return completion == problem.answer ? .right : .wrong
    }

    private func problem(_ letter: Int) -> Problem {
        let name = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(letter)))
        return Problem(id: name, prompt: name + "=", answer: name)
    }
}

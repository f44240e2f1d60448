import GRPORewards
import GRPOTasks

/// Letters of which some are general requests. With a count they are a finite list, otherwise made
/// of what the generator yields.
struct MixedTask: ProblemSource {
    static let name = "mixed"
    static let summary = "Letters, some of them general."

    var count: Int?
    /// The letters, from "a" on, that are general; the others are reasoning.
    var general = 3

    init() {}

    init(count: Int? = nil, general: Int = 3) {
        self.count = count
        self.general = general
    }

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        let draw = random.drawInteger(below: 6)
        return problem(count.map { index % $0 % 6 } ?? draw)
    }

    func trainingCount() -> Int? { count }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        (0..<min(6, limit)).map(problem)
    }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        completion == problem.answer ? .right : .wrong
    }

    /// Tells of the letters up to "d" alone.
    func correctsItself(_ completion: String, _ problem: Problem) -> Bool? {
        problem.answer > "d" ? nil : completion.hasPrefix(problem.answer)
    }

    private func problem(_ letter: Int) -> Problem {
        let name = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(letter)))
        return Problem(
            id: name, prompt: name + "=", answer: name,
            scenario: letter < general ? .general : .reasoning)
    }
}

/// Likes short completions of general requests, in the last steps of a stage.
struct LateTaste: RewardFunction {
    static let name = "taste"
    static let summary = "Short ones, late."

    var lastSteps = 2

    init() {}

    func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .general && step > maxSteps - lastSteps
    }

    func scores(for group: RewardGroup) async throws -> [Score] {
        let judges = judges(
            group.problem.scenario, step: group.step, maxSteps: group.maxSteps ?? 0)
        return group.completions.map { judges ? .value(1 / Double($0.tokenCount)) : .notApplicable }
    }
}

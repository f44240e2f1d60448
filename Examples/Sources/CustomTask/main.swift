// The whole command `grpo` with one more task. A recipe can now say
//
//     task: {remainders: {largest: 99}}
import GRPO
import GRPOCommand

/// `23 % 7 = ?`: what is left after a division.
struct Remainders: ProblemSource {
    static let name = "remainders"
    static let summary = "The remainder of a division."

    /// The largest number that is divided. A stored property is an option of the recipe.
    var largest = 99

    init() {}

    func problems() -> [(key: String, message: String)] {
        (20...10_000).contains(largest)
            ? [] : [("largest", "must be 20 to 10000, found \(largest)")]
    }

    /// Training draws from all questions but the held-out ones, so that no problem is in both.
    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        while true {
            let problem = problem(
                Int.random(in: 10...largest, using: &random), Int.random(in: 2...9, using: &random))
            if isHeldOut(problem) == (split == .test) { return problem }
        }
    }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        var random = SplitMix64(seed: seed)
        let questions = (10...largest).flatMap { number in (2...9).map { (number, $0) } }
        return Array(
            questions.shuffled(using: &random).map { problem($0.0, $0.1) }.filter(isHeldOut)
                .prefix(limit))
    }

    /// What the completion says in its last answer block, or as its last number. It must return for
    /// every text, and a completion must never be able to make itself ungradable.
    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        answer(in: completion, to: problem) == problem.answer ? .right : .wrong
    }

    func answer(in completion: String, to problem: Problem) -> String? {
        AnswerExtraction.tagged(in: completion) ?? AnswerExtraction.lastNumber(in: completion)
    }

    /// By this a recipe finds out that an evaluation asks what training has shown.
    func contains(_ problem: Problem, in split: Split) -> Bool? {
        isHeldOut(problem) == (split == .test)
    }

    private func problem(_ number: Int, _ divisor: Int) -> Problem {
        Problem(
            id: "\(number)%\(divisor)", prompt: "Q:\(number)%\(divisor)=?",
            answer: "\(number % divisor)", columns: ["divisor": "\(divisor)"])
    }

    /// One question in ten, chosen by its numbers alone.
    private func isHeldOut(_ problem: Problem) -> Bool {
        problem.id.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) % 1009 } % 10 == 0
    }
}

await GRPOCommand.main(adding: [Remainders.self])

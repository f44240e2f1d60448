import GRPOTasks

/// Letters of which some are hopeless: nothing is right. To the others right is what begins with one
/// of the first letters, which an untrained policy does about half of the time.
struct OddTask: ProblemSource {
    static let name = "odd"
    static let summary = "Letters, some of them hopeless."

    /// Nil: made without end.
    var count: Int?
    /// The letters, from "a" on, that are hopeless.
    var hopeless = 3
    /// What is right: nil as above, else everything or nothing.
    var always: Bool?

    init() {}

    init(count: Int? = nil, hopeless: Int = 3, always: Bool? = nil) {
        self.count = count
        self.hopeless = hopeless
        self.always = always
    }

    func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        let draw = random.drawInteger(below: 6)
        let letter = count.map { index % $0 % 6 } ?? draw
        let name = String(UnicodeScalar(UInt8(ascii: "a") + UInt8(letter)))
        // The number tells the problems of a list apart.
        return Problem(
            id: count.map { "\(index % $0)" } ?? name, prompt: name + "=", answer: name)
    }

    func trainingCount() -> Int? { count }

    func testProblems(limit: Int, seed: UInt64) -> [Problem] { [] }

    func verify(_ completion: String, _ problem: Problem) -> Verdict {
        if let always { return always ? .right : .wrong }
        guard isHopeful(problem) else { return .wrong }
        return completion.utf8.first.map { $0 < UInt8(ascii: "d") } == true ? .right : .wrong
    }

    func isHopeful(_ problem: Problem) -> Bool {
        problem.answer.utf8.first! >= UInt8(ascii: "a") + UInt8(hopeless)
    }
}

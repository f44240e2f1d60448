package import GRPOTasks

/// Training problems of a task with their true answers between answer tags: what a character model
/// is made from so that it knows a generator's questions and how to answer them. A share of the
/// answers can be those of other problems, which leaves reinforcement something to repair.
package struct SolvedTexts: TextSource {
    package static let name = "solved"
    package static let summary =
        "A task's training problems with their answers in tags, some of them wrong."

    /// The task whose problems are answered.
    package let task: TaskSetting
    /// The share of the documents that answer as another problem is answered.
    package let wrong: Double

    package init() {
        self.init(task: TaskSetting(ChainSum()))
    }

    package init(task: TaskSetting, wrong: Double = 0) {
        self.task = task
        self.wrong = wrong
    }

    /// Printable ASCII and the line feed: it covers every generator, and what other tasks ask beyond
    /// it is found before a run begins.
    package var alphabet: [Character] {
        ["\n"] + (0x20...0x7E).map { Character(UnicodeScalar(UInt8($0))) }
    }

    package var files: [String] { task.source.files }

    package func problems() -> [(key: String, message: String)] {
        var found = task.source.problems().map { ("task." + $0.key, $0.message) }
        if !(0...1).contains(wrong) {
            found.append(("wrong", "must be a share from 0 to 1, found \(wrong)"))
        }
        guard found.isEmpty else { return found }
        guard task.source.trainingCount() != 0 else {
            return [("task", "\(task.name) holds all its problems out")]
        }
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        let problem = task.source.problem(0, split: .train, using: &random)
        guard task.source.verify(Self.completion(problem.answer), problem) == .right else {
            return [
                (
                    "task",
                    "the true answer of \(task.name) between answer tags is not right to its own "
                        + "verifier, so there is nothing to learn from it; take another task"
                )
            ]
        }
        return []
    }

    package func knows(_ task: any ProblemSource) -> Bool {
        type(of: self.task.source) == type(of: task)
    }

    /// A task of the same kind whose held-out problems are trained on here.
    package func conflicts(with task: any ProblemSource) -> [(key: String, message: String)] {
        let own = self.task.source
        guard type(of: own) == type(of: task) else { return [] }
        let held = task.testProblems(limit: 500, seed: 0)
        let shown = held.count { own.contains($0, in: .train) == true }
        guard shown > 0 else { return [] }
        return [
            (
                "task",
                "the text would show held-out problems of task \(self.task.name): \(shown) of the "
                    + "\(held.count) looked at; give both the same held_out"
            )
        ]
    }

    package func documentCount() -> Int? { task.source.trainingCount() }

    package func document(
        _ index: Int, using random: inout any RandomNumberGenerator
    ) -> TextDocument {
        let source = task.source
        let problem = source.problem(index, split: .train, using: &random)
        var answer = problem.answer
        if random.drawFraction() < wrong {
            let count = source.trainingCount()
            let other = count.map { random.drawInteger(below: $0) } ?? index
            answer = source.problem(other, split: .train, using: &random).answer
        }
        return TextDocument(prompt: problem.prompt, completion: Self.completion(answer))
    }

    private static func completion(_ answer: String) -> String { "<answer>\(answer)</answer>" }
}

extension SolvedTexts {
    private enum CodingKeys: String, CodingKey { case task, wrong }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            task: try values.decode(TaskSetting.self, forKey: .task),
            wrong: try values.decode(Double.self, forKey: .wrong))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(task, forKey: .task)
        try values.encode(wrong, forKey: .wrong)
    }
}

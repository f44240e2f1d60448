/// The problems of one or two files.
package struct QuestionSet: Sendable {
    /// Held out, each once.
    package let test: [Problem]
    /// To train on, without what is held out.
    package let train: [Problem]
    private let testIDs: Set<String>
    private let trainIDs: Set<String>

    init(test: [Problem], train: [Problem]) {
        var seen: Set<String> = []
        self.test = test.filter { seen.insert($0.id).inserted }
        let held = seen
        self.train = train.filter { !held.contains($0.id) }
        testIDs = held
        trainIDs = Set(self.train.map(\.id))
    }

    func contains(_ problem: Problem, in split: Split) -> Bool {
        (split == .train ? trainIDs : testIDs).contains(problem.id)
    }
}

/// A task whose problems are the rows of files.
package protocol QuestionSource: ProblemSource {
    /// The problems; may be asked for where `problems()` finds nothing.
    var questions: QuestionSet { get }
}

extension QuestionSource {
    /// Pass after pass through the training rows, each in an order of its own.
    package func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        let part = split == .train ? questions.train : questions.test
        precondition(
            !part.isEmpty,
            "task \(Self.name) has \(questions.test.count) held-out problems and none to train on; "
                + "name a train_file")
        let (pass, place) = index.quotientAndRemainder(dividingBy: part.count)
        let order = IndexPermutation(count: part.count, seed: SplitMix64.mix(UInt64(pass)))
        return part[order[place]]
    }

    package func trainingCount() -> Int? { questions.train.count }

    package func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        let test = questions.test
        let order = IndexPermutation(count: test.count, seed: seed)
        return (0..<min(limit, test.count)).map { test[order[$0]] }
    }

    package func contains(_ problem: Problem, in split: Split) -> Bool? {
        questions.contains(problem, in: split)
    }

    /// What is wrong with the options and then with the files, in the form of `problems()`.
    func problems(
        options: [(key: String, message: String)], file: DataPath?, trainFile: DataPath?,
        read: (DataPath) -> Result<QuestionSet, DataError>
    ) -> [(key: String, message: String)] {
        var found = options
        if file == nil { found.append(("file", "name a file, such as file: questions.jsonl")) }
        guard found.isEmpty, let file else { return found }
        switch read(file) {
        case .failure(let error):
            return [(error.file == trainFile?.path ? "train_file" : "file", "\(error)")]
        case .success(let set):
            guard trainFile != nil, set.train.isEmpty else { return [] }
            return [("train_file", "all its questions stand in file too, which is held out")]
        }
    }
}

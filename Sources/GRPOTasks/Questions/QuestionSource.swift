/// A task whose problems are the rows of files.
package protocol QuestionSource: ProblemSource {
    associatedtype Columns: Codable & Sendable

    var options: QuestionOptions<Columns> { get }

    /// The problem of a row, or what is wrong with it.
    func problem(of row: QuestionRow) throws(ColumnFault) -> Problem
}

extension QuestionSource {
    package var files: [String] { options.files }

    /// The problems; may be asked for where `problems()` finds nothing.
    package var questions: QuestionSet {
        guard case .success(let set)? = read() else {
            preconditionFailure("\(Self.name) used with options out of range: \(problems())")
        }
        return set
    }

    private func read() -> Result<QuestionSet, DataError>? {
        options.read { (row) throws(ColumnFault) in try problem(of: row) }
    }

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
    ///
    /// - Parameter own: what is wrong with options of the task's own.
    func problems(
        own: [(key: String, message: String)], places: [String] = [QuestionPlace.question]
    ) -> [(key: String, message: String)] {
        var found = options.missing(places) + own
        if options.file == nil {
            found.append(("file", "name a file, such as file: questions.jsonl"))
        }
        guard found.isEmpty, let read = read() else { return found }
        switch read {
        case .failure(let error):
            return [(error.file == options.trainFile?.path ? "train_file" : "file", "\(error)")]
        case .success(let set):
            guard options.trainFile != nil, set.train.isEmpty else { return [] }
            return [("train_file", "all its questions stand in file too, which is held out")]
        }
    }
}

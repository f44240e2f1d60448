/// Problems from a file: one's own data set, without a line of Swift. See `DataColumns` for the
/// formats that are read.
///
/// Training problems come in an order shuffled anew for each pass through the file. The order
/// belongs to the task and not to the run's seed, so that the seeds of a study meet the same
/// problems.
package struct JSONLProblems: ProblemSource {
    package static let name = "jsonl"
    package static let summary =
        "Problems from a file of JSON lines: questions with numbers, texts or mathematics as answers."

    /// The file and how it is divided.
    package let source: DataSource
    /// The question as it is put, the record's own in the place of `{prompt}`.
    package let question: String
    /// A system message before questions that have none.
    package let system: String?
    /// How answers are compared.
    package let verifier: AnswerVerifier
    /// Where in a completion the answer is looked for.
    package let answer: AnswerPlace

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, testFile: DataPath? = nil, columns: DataColumns = DataColumns(),
        question: String = JSONLProblems.place, system: String? = nil,
        verifier: AnswerVerifier = .number,
        answer: AnswerPlace = .tags, heldOut: Double = JSONLProblems.heldOut,
        shuffleSeed: Int? = 0
    ) {
        self.init(
            source: DataSource(
                file: file, testFile: testFile, columns: columns, heldOut: heldOut,
                shuffleSeed: shuffleSeed),
            question: question, system: system, verifier: verifier, answer: answer)
    }

    private init(
        source: DataSource, question: String, system: String?, verifier: AnswerVerifier,
        answer: AnswerPlace
    ) {
        self.source = source
        self.question = question
        self.system = system
        self.verifier = verifier
        self.answer = answer
    }

    /// Stands for the record's question.
    package static let place = "{prompt}"
    private static let heldOut = 0.1

    package var files: [String] { source.files }

    // MARK: - Options

    package func problems() -> [(key: String, message: String)] {
        var own: [(key: String, message: String)] = []
        if source.columns.text != nil {
            own.append(("columns.text", "a task needs questions; name columns.prompt"))
        }
        if !question.contains(Self.place) {
            own.append(("question", "must contain \(Self.place), found '\(question)'"))
        }
        if verifier == .exact, answer == .lastNumber {
            own.append(
                ("verifier", "exact compares texts; with answer: last_number use number"))
        }
        return source.problems(for: use, own: own)
    }

    private var use: DataSource.Use {
        DataSource.Use(noun: "problems", leastHeldOut: 1e-4) {
            (row, record, _) throws(ColumnFault) in
            guard !record.prompt.isEmpty else {
                throw ColumnFault(
                    found: "a text without a question", expected: "a column of questions",
                    remedy: "name it with columns: {prompt: NAME}")
            }
            _ = try truth(row)
        }
    }

    /// The data, once `problems()` has found nothing.
    private var set: DataSet { source.set(for: use) }

    // MARK: - Problems

    package func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        let set = set
        let part = split == .train ? set.train : set.test
        return problem(in: part, at: part.place(of: index, shuffledBy: source.shuffleSeed), of: set)
    }

    package func trainingCount() -> Int? { set.train.count }

    package func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        let set = set
        let order = IndexPermutation(count: set.test.count, seed: seed)
        var seen: Set<String> = []
        var found: [Problem] = []
        for place in 0..<set.test.count where found.count < limit {
            let problem = problem(in: set.test, at: order[place], of: set)
            if seen.insert(problem.id).inserted { found.append(problem) }
        }
        return found
    }

    package func contains(_ problem: Problem, in split: Split) -> Bool? {
        guard let key = UInt64(problem.id, radix: 16) else { return nil }
        let set = set
        return (split == .train ? set.train : set.test).contains(key)
    }

    /// Whether a document's key is held out, for texts that must not show it.
    func isHeldOut(_ key: UInt64) -> Bool { set.test.contains(key) }

    private func problem(in part: DataSet.Part, at place: Int, of set: DataSet) -> Problem {
        let (row, record) = set.record(part, at: place)
        var turns = record.prompt
        if let last = turns.lastIndex(where: { $0.role == "user" }) {
            turns[last] = Message(
                role: "user",
                content: question.replacing(Self.place, with: turns[last].content))
        }
        if let system, turns.first?.role != "system" {
            turns.insert(Message(role: "system", content: system), at: 0)
        }
        guard let answer = try? truth(row) else {
            preconditionFailure("a record without an answer: \(part.file.path) was changed in use")
        }
        let read = set.layout.columns.union([answerColumn])
        let (columns, json) = row.texts(leavingOut: read)
        let isPlain = turns.count == 1 && turns[0].role == "user"
        return Problem(
            id: String(record.key, radix: 16),
            prompt: turns.text, answer: answer,
            columns: columns, jsonColumns: json, messages: isPlain ? nil : turns)
    }

    private var answerColumn: String { source.columns.answer ?? "answer" }

    private func truth(_ row: DataRow) throws(ColumnFault) -> String {
        let value = row[answerColumn]
        guard let text = value?.text else {
            throw ColumnFault(
                column: answerColumn, found: value?.summary ?? row.missing,
                expected: "text or a number",
                remedy: "correct the file, or name another column with columns: {answer: NAME}")
        }
        guard let truth = verifier.truth(of: text) else {
            throw ColumnFault(
                column: answerColumn, found: value?.summary ?? "", expected: verifier.expectedTruth,
                remedy: verifier == .number
                    ? "correct the file, name another column, or use verifier: exact"
                    : ColumnFault.correct)
        }
        return truth
    }

    // MARK: - Verification

    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        verifier.verdict(on: answer.answer(in: completion), truth: problem.answer)
    }

    package func answer(in completion: String, to problem: Problem) -> String? {
        answer.answer(in: completion).flatMap(verifier.form(of:))
    }
}

extension JSONLProblems {
    private enum CodingKeys: String, CodingKey {
        case question, system, verifier, answer
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = JSONLProblems()
        self.init(
            source: try DataSource(from: decoder, heldOut: Self.heldOut),
            question: try values.decodeIfPresent(String.self, forKey: .question)
                ?? defaults.question,
            system: try values.decodeIfPresent(String.self, forKey: .system),
            verifier: try values.decodeIfPresent(AnswerVerifier.self, forKey: .verifier)
                ?? defaults.verifier,
            answer: try values.decodeIfPresent(AnswerPlace.self, forKey: .answer)
                ?? defaults.answer)
    }

    package func encode(to encoder: any Encoder) throws {
        try source.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(question, forKey: .question)
        try values.encode(system, forKey: .system)
        try values.encode(verifier, forKey: .verifier)
        try values.encode(answer, forKey: .answer)
    }
}

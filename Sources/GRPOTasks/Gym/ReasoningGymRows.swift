import GRPOJSON

/// Rows that reasoning-gym has written, as they are: JSON lines with `question`, `answer` and
/// `metadata`, whose `source_dataset` says by which rule an answer is right (``GymVerifier``). Rows
/// of several datasets may stand in one file. Answers of datasets without a rule of their own here
/// are compared as numbers where the row's answer is one, else byte by byte: for puzzles with
/// several solutions that is too strict.
///
/// Training problems come in an order shuffled anew for each pass through the file. The metadata's
/// members are columns of the problem, the nested ones as JSON.
package struct ReasoningGymRows: ProblemSource {
    package static let name = "reasoning_gym"
    package static let summary =
        "Rows written by reasoning-gym, each judged by its own dataset's rule."

    /// The file and how it is divided.
    package let source: DataSource
    /// The question as it is put, the row's own in the place of `{prompt}`.
    package let question: String
    /// A system message before the question; null: none.
    package let system: String?
    /// Where in a completion the answer is looked for.
    package let answer: AnswerPlace

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, testFile: DataPath? = nil, question: String = JSONLProblems.place,
        system: String? = nil, answer: AnswerPlace = .tags, heldOut: Double = Self.heldOut,
        shuffleSeed: Int? = 0
    ) {
        self.init(
            source: DataSource(
                file: file, testFile: testFile,
                columns: DataColumns(prompt: "question", answer: "answer"), heldOut: heldOut,
                shuffleSeed: shuffleSeed),
            question: question, system: system, answer: answer)
    }

    private init(source: DataSource, question: String, system: String?, answer: AnswerPlace) {
        self.source = source
        self.question = question
        self.system = system
        self.answer = answer
    }

    private static let heldOut = 0.1
    private static let metadata = "metadata"

    package var files: [String] { source.files }

    package func problems() -> [(key: String, message: String)] {
        var own: [(key: String, message: String)] = []
        if !question.contains(JSONLProblems.place) {
            own.append(("question", "must contain \(JSONLProblems.place), found '\(question)'"))
        }
        if source.columns.prompt == nil {
            own.append(("columns.prompt", "a task needs questions; name their column"))
        }
        return source.problems(for: use, own: own)
    }

    private var use: DataSource.Use {
        DataSource.Use(noun: "problems", leastHeldOut: 1e-4, objects: [Self.metadata]) {
            (row, record, _) throws(ColumnFault) in
            let made = try problem(row, record)
            let verifier = Self.verifier(of: made)
            guard verifier.truth(of: made) != nil else {
                throw ColumnFault(
                    column: answerColumn, found: printable(made.answer),
                    expected: verifier.expectedTruth)
            }
        }
    }

    /// The data, once `problems()` has found nothing.
    private var set: DataSet { source.set(for: use) }

    private static func verifier(of problem: Problem) -> GymVerifier {
        GymVerifier(dataset: problem.columns[GymVerifier.datasetColumn] ?? "")
    }

    // MARK: - Problems

    package func problem(
        _ index: Int, split: Split, using random: inout any RandomNumberGenerator
    ) -> Problem {
        let set = set
        let part = split == .train ? set.train : set.test
        return problem(of: set, part, part.place(of: index, shuffledBy: source.shuffleSeed))
    }

    package func trainingCount() -> Int? { set.train.count }

    package func testProblems(limit: Int, seed: UInt64) -> [Problem] {
        let set = set
        guard set.test.count > 0 else { return [] }
        let order = IndexPermutation(count: set.test.count, seed: seed)
        var seen: Set<String> = []
        var found: [Problem] = []
        for place in 0..<set.test.count where found.count < limit {
            let problem = problem(of: set, set.test, order[place])
            if seen.insert(problem.id).inserted { found.append(problem) }
        }
        return found
    }

    package func contains(_ problem: Problem, in split: Split) -> Bool? {
        guard let key = UInt64(problem.id, radix: 16) else { return nil }
        let set = set
        return (split == .train ? set.train : set.test).contains(key)
    }

    private func problem(of set: DataSet, _ part: DataSet.Part, _ place: Int) -> Problem {
        let (row, record) = set.record(part, at: place)
        guard let problem = try? problem(row, record) else {
            preconditionFailure("a row without an answer: \(part.file.path) was changed in use")
        }
        return problem
    }

    private var answerColumn: String { source.columns.answer ?? "answer" }

    private func problem(
        _ row: DataRow, _ record: DataRecord
    ) throws(ColumnFault) -> Problem {
        let value = row[answerColumn]
        guard let answer = value?.text else {
            throw ColumnFault(
                column: answerColumn, found: value?.summary ?? row.missing,
                expected: "text or a number")
        }
        var (columns, json) = row.texts(leavingOut: [answerColumn, Self.metadata])
        columns[source.columns.prompt ?? "question"] = nil
        for member in try metadata(of: row) {
            columns[member.key] = member.value.string ?? member.value.text
            if member.value.string == nil { json.insert(member.key) }
        }
        let asked = question.replacing(JSONLProblems.place, with: record.prompt.text)
        let turns = system.map {
            [Message(role: "system", content: $0), Message(role: "user", content: asked)]
        }
        return Problem(
            id: String(record.key, radix: 16),
            prompt: (system.map { $0 + "\n\n" } ?? "") + asked, answer: answer, columns: columns,
            jsonColumns: json, messages: turns)
    }

    /// The metadata, an object or an object written as text.
    private func metadata(of row: DataRow) throws(ColumnFault) -> [JSONValue.Member] {
        let value = row[Self.metadata]
        let tree: JSONValue? =
            switch value {
            case .object(let tree): tree
            case .text(let text): JSONValue(text)
            default: nil
            }
        guard let members = tree?.members,
            tree?[GymVerifier.datasetColumn]?.string != nil
        else {
            throw ColumnFault(
                column: Self.metadata, found: value?.summary ?? row.missing,
                expected: "reasoning-gym's metadata, an object with source_dataset",
                remedy: "read other files with task jsonl")
        }
        return members
    }

    // MARK: - Verification

    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        Self.verifier(of: problem).verdict(on: answer.answer(in: completion), problem)
    }

    package func answer(in completion: String, to problem: Problem) -> String? {
        answer.answer(in: completion).flatMap {
            Self.verifier(of: problem).form(of: $0, to: problem)
        }
    }
}

extension ReasoningGymRows {
    private enum CodingKeys: String, CodingKey {
        case question, system, answer
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = ReasoningGymRows()
        self.init(
            source: try DataSource(from: decoder, heldOut: Self.heldOut),
            question: try values.decodeIfPresent(String.self, forKey: .question)
                ?? defaults.question,
            system: try values.decodeIfPresent(String.self, forKey: .system),
            answer: try values.decodeIfPresent(AnswerPlace.self, forKey: .answer)
                ?? defaults.answer)
    }

    package func encode(to encoder: any Encoder) throws {
        try source.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(question, forKey: .question)
        try values.encode(system, forKey: .system)
        try values.encode(answer, forKey: .answer)
    }
}

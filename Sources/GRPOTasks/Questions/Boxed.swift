import GRPOJSON

/// Mathematical problems answered in `\boxed{…}`, in the shape of MATH-500 and AIME.
///
/// Right is what means the same as the truth (`MathematicsVerifier`): `\frac{1}{2}`, `1/2` and `0.5`
/// are one answer, and so are `(x+1)^2` and `x^2+2x+1`.
package struct Boxed: QuestionSource {
    package static let name = "boxed"
    package static let summary =
        "Mathematical problems from a file, answered in \\boxed{} (MATH, AIME)."

    /// The held-out problems.
    package let file: DataPath?
    /// Problems to train on or to give as examples; null: none.
    package let trainFile: DataPath?
    package let columns: BoxedColumns
    /// The question as it is put, the row's own in the place of `{question}`. The words behind it
    /// are those that the DeepSeek-R1 README asks for.
    package let question: String
    /// Where in a completion the answer is looked for.
    package let answer: AnswerPlace
    private let reader = QuestionFiles()

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, trainFile: DataPath? = nil, columns: BoxedColumns = BoxedColumns(),
        question: String =
            "{question}\nPlease reason step by step, and put your final answer within \\boxed{}.",
        answer: AnswerPlace = .boxed
    ) {
        self.file = file
        self.trainFile = trainFile
        self.columns = columns
        self.question = question
        self.answer = answer
    }

    /// Where a problem keeps its worked solution.
    static let solution = "solution"

    package var files: [String] { [file, trainFile].compactMap { $0?.path } }

    package func problems() -> [(key: String, message: String)] {
        var options: [(key: String, message: String)] = []
        if !question.contains(MultipleChoice.questionPlace) {
            options.append(
                (
                    "question",
                    "must contain \(MultipleChoice.questionPlace), found '\(question)'"
                ))
        }
        return problems(options: options, file: file, trainFile: trainFile, read: read)
    }

    package var questions: QuestionSet {
        guard let file, case .success(let set) = read(file) else {
            preconditionFailure("boxed used with options out of range: \(problems())")
        }
        return set
    }

    private func read(_ file: DataPath) -> Result<QuestionSet, DataError> {
        reader.set(file: file.path, trainFile: trainFile?.path) { (row) throws(ColumnFault) in
            let asked = try row.text(columns.question)
            let (name, text) = try columns.answer(of: row)
            let truth = BoxedColumns.boxed(in: text) ?? text
            guard !ByteSearch.trimmed(Array(truth.utf8)[...]).isEmpty else {
                throw ColumnFault(
                    column: name, found: printable(truth), expected: "an answer that says something"
                )
            }
            var data = row.columns(leavingOut: [columns.question, name])
            if text != truth { data[Self.solution] = text }
            let key = StableHash.hash(ByteSearch.trimmed(Array(asked.utf8)[...]))
            return Problem(
                id: String(key, radix: 16),
                prompt: question.replacing(MultipleChoice.questionPlace, with: asked),
                answer: truth, columns: data)
        }
    }

    // MARK: - Verification

    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        MathematicsVerifier.verdict(on: answer.answer(in: completion), truth: problem.answer)
    }

    package func answer(in completion: String, to problem: Problem) -> String? {
        answer.answer(in: completion).flatMap(MathematicsVerifier.canonicalText(of:))
    }
}

/// Which columns of a file of boxed answers play which part.
package struct BoxedColumns: Codable, Sendable, Equatable {
    package var question: String
    /// The answer, or a solution with the answer in its last `\boxed{…}`; null: `answer`, or
    /// `solution` where a row has none.
    package var answer: String?

    package init(question: String = "problem", answer: String? = nil) {
        self.question = question
        self.answer = answer
    }

    func answer(of row: QuestionRow) throws(ColumnFault) -> (name: String, text: String) {
        if let answer { return (answer, try row.text(answer)) }
        if row["answer"] == nil, row["solution"] != nil {
            let text = try row.text("solution")
            guard Self.boxed(in: text) != nil else {
                throw ColumnFault(
                    column: "solution", found: "no \\boxed{…} in it",
                    expected: "a solution that boxes its answer")
            }
            return ("solution", text)
        }
        return ("answer", try row.text("answer"))
    }

    /// The content of the last box of a solution; a few of MATH's box a single digit without
    /// braces, `\boxed 9`.
    static func boxed(in text: String) -> String? {
        if let boxed = AnswerExtraction.boxed(in: text) { return boxed }
        let bytes = Array(text.utf8)
        guard let place = ByteSearch.last(Array("\\boxed ".utf8), in: bytes[...]) else {
            return nil
        }
        let digits = bytes[place.upperBound...].prefix(while: ByteSearch.isDigit)
        return digits.isEmpty ? nil : String(decoding: digits, as: UTF8.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(question, forKey: .question)
        try values.encode(answer, forKey: .answer)
    }

    private enum CodingKeys: String, CodingKey { case question, answer }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            question: try values.decodeIfPresent(String.self, forKey: .question) ?? "problem",
            answer: try values.decodeIfPresent(String.self, forKey: .answer))
    }
}

extension Boxed {
    private enum CodingKeys: String, CodingKey {
        case file, columns, question, answer
        case trainFile = "train_file"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = Boxed()
        self.init(
            file: try values.decodeIfPresent(DataPath.self, forKey: .file),
            trainFile: try values.decodeIfPresent(DataPath.self, forKey: .trainFile),
            columns: try values.decodeIfPresent(BoxedColumns.self, forKey: .columns)
                ?? defaults.columns,
            question: try values.decodeIfPresent(String.self, forKey: .question)
                ?? defaults.question,
            answer: try values.decodeIfPresent(AnswerPlace.self, forKey: .answer)
                ?? defaults.answer)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(file, forKey: .file)
        try values.encode(trainFile, forKey: .trainFile)
        try values.encode(columns, forKey: .columns)
        try values.encode(question, forKey: .question)
        try values.encode(answer, forKey: .answer)
    }
}

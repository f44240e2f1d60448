import GRPOJSON

/// Questions with a short fact for an answer, in the shape of SimpleQA, TriviaQA and Natural
/// Questions: right is what equals one of the accepted answers after normalisation, whatever its
/// case, punctuation and articles (Rajpurkar et al. 2016, SQuAD's exact match). Nothing may stand
/// beside the answer, or a completion could list many.
package struct ShortAnswer: QuestionSource {
    package static let name = "short_answer"
    package static let summary =
        "Questions from a file whose answer is a short fact; several may be accepted (SimpleQA)."

    /// The held-out questions.
    package let file: DataPath?
    /// Questions to train on or to give as examples; null: none.
    package let trainFile: DataPath?
    package let columns: ShortAnswerColumns
    /// The question as it is put, the row's own in the place of `{question}`.
    package let question: String
    /// Where in a completion the answer is looked for.
    package let answer: AnswerPlace
    private let reader = QuestionFiles()

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, trainFile: DataPath? = nil,
        columns: ShortAnswerColumns = ShortAnswerColumns(),
        question: String = MultipleChoice.questionPlace, answer: AnswerPlace = .tags
    ) {
        self.file = file
        self.trainFile = trainFile
        self.columns = columns
        self.question = question
        self.answer = answer
    }

    /// Under which column a problem keeps its accepted answers, a line for each.
    static let accepted = "accepted_answers"

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
        if answer == .lastNumber {
            options.append(("answer", "a fact may be no number; use tags, boxed or text"))
        }
        return problems(options: options, file: file, trainFile: trainFile, read: read)
    }

    package var questions: QuestionSet {
        guard let file, case .success(let set) = read(file) else {
            preconditionFailure("short_answer used with options out of range: \(problems())")
        }
        return set
    }

    private func read(_ file: DataPath) -> Result<QuestionSet, DataError> {
        reader.set(file: file.path, trainFile: trainFile?.path) { (row) throws(ColumnFault) in
            let asked = try row.text(columns.question)
            let answers = try row.texts(columns.answer)
            for answer in answers where NormalizedText(answer).isEmpty {
                throw ColumnFault(
                    column: columns.answer, found: printable(answer),
                    expected: "an answer with a letter or a digit")
            }
            var data = row.columns(leavingOut: [columns.question, columns.answer])
            data[Self.accepted] = answers.map(Self.line).joined(separator: "\n")
            let key = StableHash.hash(ByteSearch.trimmed(Array(asked.utf8)[...]))
            return Problem(
                id: String(key, radix: 16),
                prompt: question.replacing(MultipleChoice.questionPlace, with: asked),
                answer: answers[0], columns: data)
        }
    }

    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    // MARK: - Verification

    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        let lines = (problem.columns[Self.accepted] ?? problem.answer).split(separator: "\n")
        let accepted = lines.map { NormalizedText(String($0)) }.filter { !$0.isEmpty }
        guard !accepted.isEmpty else {
            return .ungradable(reason: "the true answer '\(problem.answer)' says nothing")
        }
        guard let given = given(in: completion) else { return .wrong }
        return accepted.contains(given) ? .right : .wrong
    }

    package func answer(in completion: String, to problem: Problem) -> String? {
        given(in: completion)?.text
    }

    private func given(in completion: String) -> NormalizedText? {
        let text = answer.answer(in: completion).map { NormalizedText($0) }
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Which columns of a file of short answers play which part.
package struct ShortAnswerColumns: Codable, Sendable, Equatable {
    package var question: String
    /// Text, or a list of all that is accepted.
    package var answer: String

    package init(question: String = "question", answer: String = "answer") {
        self.question = question
        self.answer = answer
    }

    private enum CodingKeys: String, CodingKey { case question, answer }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            question: try values.decodeIfPresent(String.self, forKey: .question) ?? "question",
            answer: try values.decodeIfPresent(String.self, forKey: .answer) ?? "answer")
    }
}

extension ShortAnswer {
    private enum CodingKeys: String, CodingKey {
        case file, columns, question, answer
        case trainFile = "train_file"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = ShortAnswer()
        self.init(
            file: try values.decodeIfPresent(DataPath.self, forKey: .file),
            trainFile: try values.decodeIfPresent(DataPath.self, forKey: .trainFile),
            columns: try values.decodeIfPresent(ShortAnswerColumns.self, forKey: .columns)
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

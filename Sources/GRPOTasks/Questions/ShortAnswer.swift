import GRPOJSON

/// Questions with a short fact for an answer, in the shape of SimpleQA, TriviaQA and Natural
/// Questions: right is what equals one of the accepted answers after normalisation, whatever its
/// case, punctuation and articles (Rajpurkar et al. 2016, SQuAD's exact match). Nothing may stand
/// beside the answer, or a completion could list many.
package struct ShortAnswer: QuestionSource {
    package static let name = "short_answer"
    package static let summary =
        "Questions from a file whose answer is a short fact; several may be accepted (SimpleQA)."

    package let options: QuestionOptions<ShortAnswerColumns>
    /// Where in a completion the answer is looked for.
    package let answer: AnswerPlace

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, trainFile: DataPath? = nil,
        columns: ShortAnswerColumns = ShortAnswerColumns(),
        question: String = QuestionPlace.question, answer: AnswerPlace = .tags
    ) {
        options = QuestionOptions(
            file: file, trainFile: trainFile, columns: columns, question: question)
        self.answer = answer
    }

    /// Under which column a problem keeps its accepted answers, a line for each.
    static let accepted = "accepted_answers"

    package func problems() -> [(key: String, message: String)] {
        problems(
            own: answer == .lastNumber
                ? [("answer", "a fact may be no number; use tags, boxed or text")] : [])
    }

    package func problem(of row: QuestionRow) throws(ColumnFault) -> Problem {
        let columns = options.columns
        let asked = try row.text(columns.question)
        let answers = try row.texts(columns.answer)
        for answer in answers where NormalizedText(answer).isEmpty {
            throw ColumnFault(
                column: columns.answer, found: printable(answer),
                expected: "an answer with a letter or a digit")
        }
        var data = row.columns(leavingOut: [columns.question, columns.answer])
        data[Self.accepted] = answers.map(Self.line).joined(separator: "\n")
        return options.problem(asked, answer: answers[0], columns: data)
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
    private enum CodingKeys: String, CodingKey { case answer }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = ShortAnswer()
        options = try QuestionOptions(from: decoder, defaults: defaults.options)
        answer = try values.decodeIfPresent(AnswerPlace.self, forKey: .answer) ?? defaults.answer
    }

    package func encode(to encoder: any Encoder) throws {
        try options.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(answer, forKey: .answer)
    }
}

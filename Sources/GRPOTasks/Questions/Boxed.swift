import GRPOJSON

/// Mathematical problems answered in `\boxed{…}`, in the shape of MATH-500 and AIME.
///
/// Right is what means the same as the truth (`MathematicsVerifier`): `\frac{1}{2}`, `1/2` and `0.5`
/// are one answer, and so are `(x+1)^2` and `x^2+2x+1`.
package struct Boxed: QuestionSource {
    package static let name = "boxed"
    package static let summary =
        "Mathematical problems from a file, answered in \\boxed{} (MATH, AIME)."

    /// The words behind the question are those that the DeepSeek-R1 README asks for.
    package let options: QuestionOptions<BoxedColumns>
    /// Where in a completion the answer is looked for.
    package let answer: AnswerPlace

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, trainFile: DataPath? = nil, columns: BoxedColumns = BoxedColumns(),
        question: String =
            "{question}\nPlease reason step by step, and put your final answer within \\boxed{}.",
        answer: AnswerPlace = .boxed
    ) {
        options = QuestionOptions(
            file: file, trainFile: trainFile, columns: columns, question: question)
        self.answer = answer
    }

    /// Where a problem keeps its worked solution.
    static let solution = "solution"

    package func problems() -> [(key: String, message: String)] { problems(own: []) }

    package func problem(of row: QuestionRow) throws(ColumnFault) -> Problem {
        let asked = try row.text(options.columns.question)
        let (name, text) = try options.columns.answer(of: row)
        let truth = BoxedColumns.boxed(in: text) ?? text
        guard !ByteSearch.trimmed(Array(truth.utf8)[...]).isEmpty else {
            throw ColumnFault(
                column: name, found: printable(truth), expected: "an answer that says something")
        }
        var data = row.columns(leavingOut: [options.columns.question, name])
        if text != truth { data[Self.solution] = text }
        return options.problem(asked, answer: truth, columns: data)
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
    private enum CodingKeys: String, CodingKey { case answer }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = Boxed()
        options = try QuestionOptions(from: decoder, defaults: defaults.options)
        answer = try values.decodeIfPresent(AnswerPlace.self, forKey: .answer) ?? defaults.answer
    }

    package func encode(to encoder: any Encoder) throws {
        try options.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(answer, forKey: .answer)
    }
}

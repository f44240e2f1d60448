/// Which columns of a file of multiple choice play which part.
///
/// Either `choices` is a list and `answer` says which of them is right: its letter, its place
/// counted from 0, or its text, as MMLU has it. Or `correct` holds the right choice and `incorrect`
/// names the columns of the others, as in GPQA: `{question: Question, correct: Correct Answer,
/// incorrect: [Incorrect Answer 1, Incorrect Answer 2, Incorrect Answer 3]}`.
package struct MultipleChoiceColumns: Codable, Sendable, Equatable {
    package var question: String
    package var choices: String
    package var answer: String
    /// Null: the choices are in a list.
    package var correct: String?
    package var incorrect: [String]

    package init(
        question: String = "question", choices: String = "choices", answer: String = "answer",
        correct: String? = nil, incorrect: [String] = []
    ) {
        self.question = question
        self.choices = choices
        self.answer = answer
        self.correct = correct
        self.incorrect = incorrect
    }

    /// The names that cannot stand together, by key.
    func problems() -> [(key: String, message: String)] {
        if (correct == nil) == incorrect.isEmpty { return [] }
        return [
            correct == nil
                ? ("columns.incorrect", "needs columns.correct, the right choice, to be named too")
                : ("columns.correct", "needs columns.incorrect, the other choices, to be named too")
        ]
    }

    /// All that are read.
    var all: Set<String> {
        Set([question] + (correct.map { [$0] + incorrect } ?? [choices, answer]))
    }

    /// The choices of a row and the place of the right one.
    func choices(of row: QuestionRow) throws(ColumnFault) -> (choices: [String], right: Int) {
        var found: [String]
        var right = 0
        if let correct {
            found = [try row.text(correct)]
            for name in incorrect { found.append(try row.text(name)) }
        } else {
            found = try row.texts(choices)
            right = try place(of: row, among: found)
        }
        let name = correct ?? choices
        guard (2...MultipleChoice.mostChoices).contains(found.count) else {
            throw ColumnFault(
                column: name, found: "\(found.count) choices",
                expected: "2 to \(MultipleChoice.mostChoices)")
        }
        for (index, choice) in found.enumerated() where found[..<index].contains(choice) {
            throw ColumnFault(
                column: name, found: "the choice '\(choice)' twice",
                expected: "choices that differ, so that one is right")
        }
        return (found, right)
    }

    private func place(
        of row: QuestionRow, among choices: [String]
    ) throws(ColumnFault) -> Int {
        let text = try row.text(answer)
        // A choice's own text comes first: the choices may be numbers or letters themselves.
        if let place = choices.firstIndex(of: text) { return place }
        if let place = Int(text), choices.indices.contains(place) { return place }
        if text.utf8.count == 1, let byte = text.utf8.first, ByteSearch.isLetter(byte) {
            let place = Int(byte & 0xDF) - Int(UInt8(ascii: "A"))
            if choices.indices.contains(place) { return place }
        }
        throw ColumnFault(
            column: answer, found: "'\(text)'",
            expected: "the letter, the place from 0 or the text of one of \(choices.count) choices")
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(question, forKey: .question)
        try values.encode(choices, forKey: .choices)
        try values.encode(answer, forKey: .answer)
        try values.encode(correct, forKey: .correct)
        try values.encode(incorrect, forKey: .incorrect)
    }

    private enum CodingKeys: String, CodingKey {
        case question, choices, answer, correct, incorrect
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            question: try values.decodeIfPresent(String.self, forKey: .question) ?? "question",
            choices: try values.decodeIfPresent(String.self, forKey: .choices) ?? "choices",
            answer: try values.decodeIfPresent(String.self, forKey: .answer) ?? "answer",
            correct: try values.decodeIfPresent(String.self, forKey: .correct),
            incorrect: try values.decodeIfPresent([String].self, forKey: .incorrect) ?? [])
    }
}

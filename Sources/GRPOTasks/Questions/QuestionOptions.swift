/// Where a task of files has its questions from and how it puts them: the options that all such
/// tasks have in common, under the same keys.
package struct QuestionOptions<Columns: Codable & Sendable>: Sendable {
    /// The held-out questions.
    package let file: DataPath?
    /// Questions to train on or to give as examples; null: none.
    package let trainFile: DataPath?
    package let columns: Columns
    /// The question as it is put, the row's own in the place of `{question}`.
    package let question: String
    private let reader = QuestionFiles()

    init(file: DataPath?, trainFile: DataPath?, columns: Columns, question: String) {
        self.file = file
        self.trainFile = trainFile
        self.columns = columns
        self.question = question
    }

    var files: [String] { [file, trainFile].compactMap { $0?.path } }

    /// What a question must contain and does not, in the form of `problems()`.
    func missing(_ places: [String]) -> [(key: String, message: String)] {
        places.filter { !question.contains($0) }.map {
            ("question", "must contain \($0), found '\(question)'")
        }
    }

    /// The problem of a row, named by its own question.
    func problem(_ asked: String, answer: String, columns: [String: String]) -> Problem {
        let key = StableHash.hash(ByteSearch.trimmed(Array(asked.utf8)[...]))
        return Problem(
            id: String(key, radix: 16),
            prompt: question.replacing(QuestionPlace.question, with: asked), answer: answer,
            columns: columns)
    }

    /// The problems of the files, read when first asked for.
    func read(
        _ problem: (QuestionRow) throws(ColumnFault) -> Problem
    ) -> Result<QuestionSet, DataError>? {
        file.map { reader.set(file: $0.path, trainFile: trainFile?.path, problem: problem) }
    }
}

/// What a recipe's `question` holds in place of a row's own texts.
enum QuestionPlace {
    static let question = "{question}"
    static let choices = "{choices}"
}

extension QuestionOptions {
    private enum CodingKeys: String, CodingKey {
        case file, columns, question
        case trainFile = "train_file"
    }

    /// Reads the keys that stand among a task's own.
    init(from decoder: any Decoder, defaults: QuestionOptions) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            file: try values.decodeIfPresent(DataPath.self, forKey: .file),
            trainFile: try values.decodeIfPresent(DataPath.self, forKey: .trainFile),
            columns: try values.decodeIfPresent(Columns.self, forKey: .columns)
                ?? defaults.columns,
            question: try values.decodeIfPresent(String.self, forKey: .question)
                ?? defaults.question)
    }

    /// Writes the keys among a task's own.
    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(file, forKey: .file)
        try values.encode(trainFile, forKey: .trainFile)
        try values.encode(columns, forKey: .columns)
        try values.encode(question, forKey: .question)
    }
}

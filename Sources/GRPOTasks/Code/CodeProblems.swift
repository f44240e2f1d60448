import GRPOJSON

/// Programs to be written, judged by hidden tests, in the shape of HumanEval and MBPP.
///
/// Right is a program of which every assertion of the test holds, run in a sandbox
/// (`ProgramJudge`). Without bubblewrap the task refuses, unless `unsandboxed` says otherwise.
///
/// Judging a program takes tens of milliseconds and at most three times `timeout` seconds; so long
/// it keeps a thread waiting.
package struct CodeProblems: QuestionSource {
    package static let name = "code"
    package static let summary =
        "Programs from a file's prompts, judged by its hidden tests in a sandbox (HumanEval)."

    /// The held-out problems.
    package let file: DataPath?
    /// Problems to train on or to give as examples; null: none.
    package let trainFile: DataPath?
    package let columns: CodeColumns
    /// The question as it is put, the row's prompt in the place of `{question}`.
    package let question: String
    /// How programs are run; its keys stand among the others.
    package let execution: CodeExecution
    private let reader = QuestionFiles()

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, trainFile: DataPath? = nil, columns: CodeColumns = CodeColumns(),
        question: String = MultipleChoice.questionPlace, execution: CodeExecution = CodeExecution()
    ) {
        self.file = file
        self.trainFile = trainFile
        self.columns = columns
        self.question = question
        self.execution = execution
    }

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
        let found = problems(options: options, file: file, trainFile: trainFile, read: read)
        return found.isEmpty ? execution.problems() : found
    }

    package var questions: QuestionSet {
        guard let file, case .success(let set) = read(file) else {
            preconditionFailure("code used with options out of range: \(problems())")
        }
        return set
    }

    private func read(_ file: DataPath) -> Result<QuestionSet, DataError> {
        reader.set(file: file.path, trainFile: trainFile?.path) { (row) throws(ColumnFault) in
            let prompt = try row.text(columns.prompt)
            let test = try row.texts(columns.test).joined(separator: "\n")
            guard test.contains("assert") else {
                throw ColumnFault(
                    column: columns.test, found: printable(test),
                    expected: "Python with assert statements")
            }
            var data = row.columns(leavingOut: [
                columns.prompt, columns.test, columns.entryPoint, columns.solution,
            ])
            data[CodeColumns.prompt] = prompt
            data[CodeColumns.test] = test
            if row[columns.entryPoint] != nil {
                data[CodeColumns.entryPoint] = try row.text(columns.entryPoint)
            }
            let solution = row[columns.solution] == nil ? "" : try row.text(columns.solution)
            let key = StableHash.hash(ByteSearch.trimmed(Array(prompt.utf8)[...]))
            return Problem(
                id: String(key, radix: 16),
                prompt: question.replacing(MultipleChoice.questionPlace, with: prompt),
                answer: solution, columns: data)
        }
    }

    // MARK: - Verification

    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        verdicts(of: [completion], problem)[0]
    }

    package func verdicts(of completions: [String], _ problem: Problem) -> [Verdict] {
        ProgramGrade.grades(of: completions, problem, execution).map { grade in
            switch grade {
            case .share(let share): share == 1 ? .right : .wrong
            case .none: .wrong
            case .ungradable(let reason): .ungradable(reason: reason)
            }
        }
    }

    /// The program: only those that are equal to the letter vote together.
    package func answer(in completion: String, to problem: Problem) -> String? {
        ProgramText.sources(
            in: completion, prompt: "", entryPoint: problem.columns[CodeColumns.entryPoint]
        )?.last
    }
}

extension CodeProblems {
    private enum CodingKeys: String, CodingKey {
        case file, columns, question
        case trainFile = "train_file"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = CodeProblems()
        self.init(
            file: try values.decodeIfPresent(DataPath.self, forKey: .file),
            trainFile: try values.decodeIfPresent(DataPath.self, forKey: .trainFile),
            columns: try values.decodeIfPresent(CodeColumns.self, forKey: .columns)
                ?? defaults.columns,
            question: try values.decodeIfPresent(String.self, forKey: .question)
                ?? defaults.question,
            execution: try CodeExecution(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(file, forKey: .file)
        try values.encode(trainFile, forKey: .trainFile)
        try values.encode(columns, forKey: .columns)
        try values.encode(question, forKey: .question)
        try execution.encode(to: encoder)
    }
}

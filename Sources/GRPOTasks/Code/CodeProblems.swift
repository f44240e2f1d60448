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

    package let options: QuestionOptions<CodeColumns>
    /// How programs are run; its keys stand among the others.
    package let execution: CodeExecution

    package init() {
        self.init(file: nil)
    }

    package init(
        file: DataPath?, trainFile: DataPath? = nil, columns: CodeColumns = CodeColumns(),
        question: String = QuestionPlace.question, execution: CodeExecution = CodeExecution()
    ) {
        options = QuestionOptions(
            file: file, trainFile: trainFile, columns: columns, question: question)
        self.execution = execution
    }

    package func problems() -> [(key: String, message: String)] {
        let found = problems(own: [])
        return found.isEmpty ? execution.problems() : found
    }

    package func problem(of row: QuestionRow) throws(ColumnFault) -> Problem {
        let columns = options.columns
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
        return options.problem(prompt, answer: solution, columns: data)
    }

    // MARK: - Verification

    package func verify(_ completion: String, _ problem: Problem) -> Verdict {
        verdicts(of: [completion], problem)[0]
    }

    package func verdicts(of completions: [String], _ problem: Problem) -> [Verdict] {
        ProgramGrade.grades(of: completions, problem, execution).map(\.verdict)
    }

    /// The row's own program, in a block of code, where it has one.
    package func goldAnswers(to problem: Problem) -> [String] {
        guard !ByteSearch.trimmed(Array(problem.answer.utf8)[...]).isEmpty else { return [] }
        return [ProgramText.block(of: problem.answer)]
    }

    /// The program: only those that are equal to the letter vote together.
    package func answer(in completion: String, to problem: Problem) -> String? {
        ProgramText.sources(
            in: completion, prompt: "", entryPoint: problem.columns[CodeColumns.entryPoint]
        )?.last
    }
}

extension CodeProblems {
    package init(from decoder: any Decoder) throws {
        options = try QuestionOptions(from: decoder, defaults: CodeProblems().options)
        execution = try CodeExecution(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        try options.encode(to: encoder)
        try execution.encode(to: encoder)
    }
}

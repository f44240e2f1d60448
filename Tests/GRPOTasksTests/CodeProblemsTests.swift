import Foundation
import GRPOTasks
import Testing

@Suite struct CodeProblemsTests {
    private let scratch = DataScratch()

    /// The rows that the repository brings.
    static let examples = DataPath(
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Datasets/programs/test.jsonl").path
    )

    private func task(_ rows: String, execution: CodeExecution = CodeExecution()) -> CodeProblems {
        CodeProblems(file: scratch.write(rows), execution: execution)
    }

    private let doubling =
        #"{"task_id": "T/0", "prompt": "def twice(x):\n    \"\"\"Twice x.\"\"\"\n", "#
        + #""entry_point": "twice", "canonical_solution": "    return 2 * x\n", "#
        + #""test": "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(-1) == -2\n"}"#

    @Test func theExamplesSolutionsAreRightAndNothingElseIs() throws {
        let task = CodeProblems(file: Self.examples)
        try #require(task.problems().map(\.message) == [])
        let problems = task.testProblems(limit: 100, seed: 0)
        #expect(problems.count == 8)
        for problem in problems {
            let entry = problem.columns["entry_point"]!
            let given = task.verdicts(
                of: [
                    problem.answer,
                    "<think>…</think><answer>\n```python\n\(problem.columns["prompt"]!)"
                        + "\(problem.answer)\n```\n</answer>",
                    "    pass", "    return 0", "    exit(0)", "    import os\n    os._exit(0)",
                    "def \(entry)(*a): return a", "", "I do not know.",
                ], problem)
            #expect(
                given == [.right, .right] + Array(repeating: .wrong, count: 7),
                "\(entry): \(given)")
        }
    }

    /// As the preflight asks: HumanEval's body keeps its indentation in any layout, MBPP's function is
    /// whole, and a row without a solution knows no answer.
    @Test func aRowsOwnSolutionIsItsGoldAnswer() throws {
        let task = CodeProblems(file: Self.examples)
        for problem in task.testProblems(limit: 100, seed: 0) {
            let gold = task.goldAnswers(to: problem)
            #expect(gold.count == 1)
            let texts = gold.flatMap { answer in
                [
                    answer, "<think>\nHm.\n</think>\n<answer>\n\(answer)\n</answer>",
                    "Hm.\n\(answer)",
                ]
            }
            #expect(task.verdicts(of: texts, problem) == [.right, .right, .right])
        }
        let fenced = Problem(
            id: "1", prompt: "", answer: "def f():\n    return '''\n```\n'''\n",
            columns: ["test": "assert f() == '\\n```\\n'"])
        let answer = try #require(task.goldAnswers(to: fenced).first)
        #expect(answer.hasPrefix("````python\n"))
        #expect(task.verify(answer, fenced) == .right)
        #expect(task.goldAnswers(to: Problem(id: "2", prompt: "", answer: "")) == [])
    }

    @Test func aProblemHidesItsTests() {
        let problem = task(doubling).testProblems(limit: 1, seed: 0)[0]
        #expect(problem.prompt == "def twice(x):\n    \"\"\"Twice x.\"\"\"\n")
        #expect(problem.answer == "    return 2 * x\n")
        #expect(problem.columns["task_id"] == "T/0")
        #expect(problem.columns["test"]?.contains("candidate(2) == 4") == true)
    }

    @Test func theQuestionIsPutIntoWords() {
        let task = CodeProblems(
            file: scratch.write(doubling),
            question: "Complete this, in a ```python block:\n{question}")
        let problem = task.testProblems(limit: 1, seed: 0)[0]
        #expect(problem.prompt.hasPrefix("Complete this"))
        // The words are no part of the program.
        #expect(task.verify("    return x + x", problem) == .right)
        #expect(task.verify("```python\ndef twice(x):\n    return x + x\n```", problem) == .right)
    }

    @Test func rowsOfMBPPAreRead() {
        let row =
            #"{"text": "Write a function to add.", "code": "def add(x, y): return x + y", "#
            + #""test_list": ["assert add(1, 2) == 3", "assert add(0, 0) == 0"]}"#
        let task = CodeProblems(
            file: scratch.write(row),
            columns: CodeColumns(prompt: "text", test: "test_list", solution: "code"))
        #expect(task.problems().map(\.message) == [])
        let problem = task.testProblems(limit: 1, seed: 0)[0]
        #expect(task.verify(problem.answer, problem) == .right)
        #expect(task.verify("```\ndef add(x, y): return 0\n```", problem) == .wrong)
    }

    @Test func whatADoomedProgramTakesIsBounded() {
        let execution = CodeExecution(timeout: 0.5)
        let task = task(doubling, execution: execution)
        let problem = task.testProblems(limit: 1, seed: 0)[0]
        let start = ContinuousClock.now
        let given = task.verdicts(
            of: ["    while True: pass", "    import time; time.sleep(99)", "    return 2 * x"],
            problem)
        #expect(given == [.wrong, .wrong, .right])
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func faultsAreNamed() {
        let bad = task(#"{"prompt": "def f(): pass", "test": "check(f)", "entry_point": "f"}"#)
        #expect(
            bad.problems().map { scratch.relative($0.message) } == [
                "data.jsonl:1: column 'test': found 'check(f)', expected Python with assert "
                    + "statements; correct the file, or name another column with columns:"
            ])
        #expect(CodeProblems().problems().map(\.key) == ["file"])
    }

    @Test func optionsOutOfRangeAreNamed() {
        let found = CodeExecution(
            python: "python3", readable: ["x"], timeout: 0, memoryMB: 1, diskMB: 0, processes: 0,
            parallel: 0
        ).problems()
        #expect(
            found.map(\.key) == [
                "python", "readable", "timeout", "memory_mb", "disk_mb", "processes", "parallel",
            ])
        #expect(found[0].message == "must be an absolute path, found 'python3'")
        #expect(found[2].message == "must be from 0.1 to 600.0, found 0.0")
    }

    @Test func aMissingInterpreterIsAFaultOfTheRecipe() {
        let found = task(doubling, execution: CodeExecution(python: "/nowhere/python3")).problems()
        #expect(found.map(\.key) == ["python"])
        #expect(found[0].message.contains("no program at /nowhere/python3"))
    }

    @Test func withoutASandboxNothingIsJudged() {
        // A directory that is not there cannot be shown inside: no sandbox comes up.
        let execution = CodeExecution(readable: ["/nowhere"])
        let task = task(doubling, execution: execution)
        let found = task.problems()
        #expect(found.map(\.key) == ["unsandboxed"])
        #expect(found[0].message.hasPrefix("found a sandbox that does not start: bwrap: "))
        let problem = self.task(doubling).testProblems(limit: 1, seed: 0)[0]
        guard case .ungradable = task.verify("    return 2 * x", problem) else {
            Issue.record("judged without a sandbox")
            return
        }
    }

    @Test func aRecipeMaySayOtherwise() {
        let task = task(doubling, execution: CodeExecution(unsandboxed: true))
        #expect(task.problems().map(\.message) == [])
        let problem = task.testProblems(limit: 1, seed: 0)[0]
        #expect(
            task.verdicts(of: ["    return 2 * x", "    exit(0)"], problem) == [.right, .wrong])
    }

    @Test func allKeysAreWrittenAndRead() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(CodeProblems()), as: UTF8.self)
        #expect(
            text
                == #"{"columns":{"entry_point":"entry_point","prompt":"prompt","#
                + #""solution":"canonical_solution","test":"test"},"disk_mb":16,"file":null,"#
                + #""memory_mb":256,"parallel":null,"processes":8,"python":null,"#
                + #""question":"{question}","readable":[],"timeout":4,"train_file":null,"#
                + #""unsandboxed":false}"#)
        let read = try JSONDecoder().decode(
            CodeProblems.self,
            from: Data(#"{"timeout": 2, "unsandboxed": true, "columns": {"test": "t"}}"#.utf8))
        #expect(read.execution == CodeExecution(timeout: 2, unsandboxed: true))
        #expect(read.options.columns == CodeColumns(test: "t"))
    }
}

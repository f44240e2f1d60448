import Foundation
import GRPOTasks
import Testing

@Suite struct JSONLProblemsTests {
    private let scratch = DataScratch()

    /// Two problems of GSM8K's form.
    private let worked = """
        {"question": "A shelf has 3 rows of 4 jars. How many jars?", "answer": "3*4 = \
        <<3*4=12>>12 jars.\\n#### 12"}
        {"question": "A town of 1,500 gains 500. How many now?", "answer": "#### 2,000"}

        """

    @Test func gsm8kIsACaseOfIt() throws {
        let file = scratch.write(worked)
        let task = JSONLProblems(
            file: file, testFile: file, columns: DataColumns(prompt: "question"),
            question: "{prompt}\nAnswer after ####.", answer: .hashMarks)
        let found = task.testProblems(limit: 2, seed: 0).sorted { $0.answer < $1.answer }
        #expect(found.map(\.answer) == ["12", "2000"])
        #expect(
            found[0].prompt
                == "A shelf has 3 rows of 4 jars. How many jars?\nAnswer after ####.")
        #expect(task.verify("1500 + 500\n#### 2,000", found[1]) == .right)
        #expect(task.verify("1500 + 500 = 2000", found[1]) == .wrong)
        let flexible = JSONLProblems(
            file: file, testFile: file, columns: DataColumns(prompt: "question"),
            answer: .lastNumber)
        #expect(flexible.verify("1500 + 500 = 2000", found[1]) == .right)
    }

    // MARK: - Splits

    @Test(arguments: [0.0001, 0.1, 0.5, 0.9])
    func aShareIsHeldOutByHash(share: Double) {
        let task = JSONLProblems(file: scratch.questions(0..<2000), heldOut: share)
        let held = task.testProblemsOrNone(limit: 2000)
        // Five standard deviations of a binomial.
        let spread = 5 * (2000 * share * (1 - share)).squareRoot() + 1
        #expect(abs(Double(held.count) - 2000 * share) < spread)
        let ids = Set(held.map(\.id))
        guard !held.isEmpty else { return }
        for problem in trainingProblems(task, 2000 - held.count) {
            #expect(!ids.contains(problem.id))
        }
    }

    @Test func aNumberIsHeldOut() {
        for count in [1, 7, 40] {
            let task = JSONLProblems(file: scratch.questions(0..<50), heldOut: Double(count))
            #expect(task.problems().isEmpty)
            #expect(task.testProblems(limit: 100, seed: 0).count == count)
        }
        let all = JSONLProblems(file: scratch.questions(0..<50), heldOut: 50)
        #expect(all.problems().map(\.key) == ["held_out"])
        let none = JSONLProblems(file: scratch.questions(0..<3), heldOut: 0.0001)
        #expect(none.problems().map(\.key) == ["held_out"])
    }

    /// The same question twice, with other answers even, is on one side and asked once.
    @Test func aQuestionIsOnOneSide() {
        let lines = (0..<30).flatMap { question in
            (0..<3).map { "{\"prompt\": \"Q\(question)\", \"answer\": \(question + $0)}\n" }
        }
        let task = JSONLProblems(file: scratch.write(lines.joined()), heldOut: 10)
        let held = task.testProblems(limit: 100, seed: 0)
        #expect(held.count == 10)
        let trained = trainingProblems(task, 60)
        #expect(Set(trained.map(\.id)).count == 20)
        #expect(Set(trained.map(\.id)).isDisjoint(with: held.map(\.id)))
    }

    /// What the test file asks is not trained on, though the other file has it too.
    @Test func theTestFileIsHeldOut() {
        let task = JSONLProblems(
            file: scratch.questions(0..<20), testFile: scratch.questions(15..<30, to: "t.jsonl"))
        #expect(task.problems().isEmpty)
        let trained = Set(trainingProblems(task, 15).map(\.prompt))
        #expect(trained == Set((0..<15).map { "What is \($0)?" }))
        #expect(task.testProblems(limit: 100, seed: 0).count == 15)
    }

    @Test func testProblemsAreAPrefixOfMore() {
        let task = JSONLProblems(
            file: scratch.questions(0..<5),
            testFile: scratch.questions(10..<60, to: "t.jsonl"))
        let many = task.testProblems(limit: 50, seed: 3)
        #expect(Set(many.map(\.id)).count == 50)
        for limit in [0, 1, 20] {
            #expect(task.testProblems(limit: limit, seed: 3) == Array(many.prefix(limit)))
        }
        #expect(task.testProblems(limit: 50, seed: 4) != many)
    }

    @Test func contains() {
        let task = JSONLProblems(file: scratch.questions(0..<40), heldOut: 10)
        for problem in task.testProblems(limit: 10, seed: 0) {
            #expect(task.contains(problem, in: .test) == true)
            #expect(task.contains(problem, in: .train) == false)
        }
        for problem in trainingProblems(task, 30) {
            #expect(task.contains(problem, in: .test) == false)
            #expect(task.contains(problem, in: .train) == true)
        }
        let foreign = Problem(id: "57+68", prompt: "Q", answer: "1")
        #expect(task.contains(foreign, in: .train) == nil)
    }

    // MARK: - Prompts

    @Test func aSystemMessageMakesAConversation() {
        let file = scratch.questions(0..<4)
        let task = JSONLProblems(
            file: file, question: "Q: {prompt}", system: "Be brief.", heldOut: 1)
        let problem = trainingProblems(task, 1)[0]
        #expect(problem.messages?.map(\.role) == ["system", "user"])
        #expect(problem.messages?.first?.content == "Be brief.")
        #expect(problem.prompt.hasPrefix("Be brief.\n\nQ: What is "))
    }

    /// What stands in braces in a question is not filled in once more.
    @Test func aQuestionIsNoTemplate() {
        let line = "{\"prompt\": \"{prompt} {answer}\", \"answer\": 1}\n"
        let file = scratch.write(line)
        let task = JSONLProblems(file: file, testFile: file, question: "<{prompt}>")
        #expect(task.testProblems(limit: 1, seed: 0).map(\.prompt) == ["<{prompt} {answer}>"])
    }

    // MARK: - Options

    @Test func optionsOutOfRange() {
        var columns = DataColumns(prompt: "p", text: "t")
        columns.chosen = "c"
        let task = JSONLProblems(
            file: nil, columns: columns, question: "Q", verifier: .exact, answer: .lastNumber,
            heldOut: 1.5)
        #expect(
            task.problems().map(\.key) == [
                "columns.text", "columns.chosen", "file", "columns.text", "question", "verifier",
                "held_out",
            ])
        for heldOut in [0, -1, 0.00001, .infinity, .nan, 2.5] {
            let task = JSONLProblems(file: scratch.questions(0..<9), heldOut: heldOut)
            #expect(task.problems().map(\.key) == ["held_out"], "\(heldOut)")
        }
    }

    /// What is wrong with an option hides nothing that is wrong with another, or with the files.
    @Test func allFaultsAreReportedAtOnce() {
        let faulty = scratch.write("{\"prompt\": \"p\"}\n")
        let task = JSONLProblems(file: faulty, question: "Q", heldOut: -1)
        #expect(task.problems().map(\.key) == ["question", "held_out", "file"])
        #expect(task.problems().last?.message.contains("column 'answer'") == true)
        let both = JSONLProblems(file: faulty, testFile: scratch.path("gone.jsonl"))
        #expect(both.problems().map(\.key) == ["file", "test_file"])
        // Without the columns' names nothing can be said of the records.
        var columns = DataColumns()
        columns.chosen = "c"
        let unnamed = JSONLProblems(file: faulty, columns: columns, heldOut: -1)
        #expect(unnamed.problems().map(\.key) == ["columns.chosen", "held_out"])
    }

    @Test func writtenAndReadAgain() throws {
        let task = JSONLProblems(
            file: DataPath("/a/b.jsonl"), testFile: nil,
            columns: DataColumns(prompt: "question", answer: "label"), question: "{prompt}!",
            system: nil, verifier: .exact, answer: .boxed, heldOut: 3, shuffleSeed: nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(task), as: UTF8.self)
        // Optional options are there as null: the encoded defaults are the keys of a recipe.
        #expect(text.contains(#""test_file":null"#))
        #expect(text.contains(#""shuffle_seed":null"#))
        #expect(text.contains(#""input":null"#))
        #expect(text.contains(#""file":"/a/b.jsonl""#))
        let again = try JSONDecoder().decode(JSONLProblems.self, from: Data(text.utf8))
        #expect(String(decoding: try encoder.encode(again), as: UTF8.self) == text)
    }
}

extension JSONLProblems {
    /// The held-out problems, none where the options hold out none.
    fileprivate func testProblemsOrNone(limit: Int) -> [Problem] {
        problems().isEmpty ? testProblems(limit: limit, seed: 0) : []
    }
}

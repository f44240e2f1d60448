import GRPOTasks
import Testing

@Suite struct MultipleChoiceTests {
    private let scratch = DataScratch()

    private func mmlu(_ count: Int, to name: String = "data.jsonl") -> DataPath {
        scratch.write(
            (0..<count).map {
                """
                {"question": "Q\($0)?", "subject": "s", \
                "choices": ["zero", "one", "two", "three"], "answer": \($0 % 4)}

                """
            }.joined(), to: name)
    }

    @Test func theRightChoiceKeepsItsLetter() {
        let task = MultipleChoice(file: mmlu(40))
        #expect(task.problems().isEmpty)
        let problems = task.testProblems(limit: 100, seed: 0)
        #expect(problems.count == 40)
        let names = ["zero", "one", "two", "three"]
        for problem in problems {
            let number = Int(problem.prompt.dropFirst().prefix { $0.isNumber })!
            #expect(problem.columns["choice_\(problem.answer)"] == names[number % 4])
            #expect(problem.prompt.contains("\n\(problem.answer)) \(names[number % 4])"))
            #expect(problem.columns["subject"] == "s")
            #expect(Set("ABCD".map { problem.columns["choice_\($0)"] }) == Set(names))
        }
        // Shuffled, and so that no letter is favoured: 40 draws of 4, each 2 to 20 times.
        let letters = Dictionary(grouping: problems, by: \.answer).mapValues(\.count)
        #expect(letters.count == 4)
        #expect(letters.values.allSatisfy { (2...20).contains($0) })
    }

    /// The order of the choices belongs to the task: neither the order in which problems are asked
    /// nor that of the file's lists changes it.
    @Test func theShuffleIsTheTasks() {
        let one = MultipleChoice(file: mmlu(12))
        let other = MultipleChoice(file: mmlu(12), shuffleSeed: 1)
        let byID = { (problems: [Problem]) in
            Dictionary(uniqueKeysWithValues: problems.map { ($0.id, $0) })
        }
        let first = byID(one.testProblems(limit: 12, seed: 0))
        #expect(first == byID(one.testProblems(limit: 12, seed: 9)))
        let second = byID(other.testProblems(limit: 12, seed: 0))
        #expect(first.keys == second.keys)
        #expect(first != second)
        let plain = MultipleChoice(file: mmlu(12), shuffleSeed: nil)
        let unshuffled = plain.testProblems(limit: 12, seed: 0)
        #expect(unshuffled.allSatisfy { $0.columns["choice_A"] == "zero" })
        #expect(
            unshuffled.first { $0.prompt.hasPrefix("Q6?") }?.prompt
                == "Q6?\n\nA) zero\nB) one\nC) two\nD) three")
    }

    @Test func gpqaColumns() {
        let file = scratch.write(
            """
            {"Question": "Why?", "Correct Answer": "because", "Incorrect Answer 1": "so", \
            "Incorrect Answer 2": "no", "Incorrect Answer 3": "never", "Subdomain": "logic"}
            """)
        let columns = MultipleChoiceColumns(
            question: "Question", correct: "Correct Answer",
            incorrect: ["Incorrect Answer 1", "Incorrect Answer 2", "Incorrect Answer 3"])
        let task = MultipleChoice(file: file, columns: columns)
        #expect(task.problems().isEmpty)
        let problem = task.testProblems(limit: 1, seed: 0)[0]
        #expect(problem.columns["choice_\(problem.answer)"] == "because")
        #expect(problem.columns["Subdomain"] == "logic")
        let fixed = MultipleChoice(file: file, columns: columns, shuffleSeed: nil)
        #expect(fixed.problems().map(\.key) == ["shuffle_seed"])
    }

    /// The letter, the place and the text all say which choice is right.
    @Test(arguments: ["\"C\"", "\"c\"", "2", "\"two\""])
    func answersOfFiles(answer: String) {
        let file = scratch.write(
            "{\"question\": \"q\", \"choices\": [\"zero\", \"one\", \"two\"], \"answer\": \(answer)}"
        )
        let task = MultipleChoice(file: file, shuffleSeed: nil)
        #expect(task.problems().isEmpty)
        #expect(task.testProblems(limit: 1, seed: 0).first?.answer == "C")
    }

    private let problem = Problem(
        id: "1", prompt: "?", answer: "B",
        columns: ["choice_A": "red", "choice_B": "blue", "choice_C": "a bee"])

    @Test(arguments: [
        "B", "(B)", "B.", "B)", "b", " B ", "B:", "Answer: B", "B) blue", "(B) blue", "blue",
        "answer: (b)",
    ])
    func rightLetters(given: String) {
        let task = MultipleChoice()
        #expect(task.verify("<answer>\(given)</answer>", problem) == .right)
        #expect(task.answer(in: "<answer>\(given)</answer>", to: problem) == "B")
    }

    @Test(arguments: [
        "A", "D", "A or B", "AB", "B or A", "B) red", "(B", "not B", "", "Blue", "1", "B B", "A) B",
        "All: A) red B) blue", "Ｂ",
    ])
    func wrongLetters(given: String) {
        #expect(MultipleChoice().verify("<answer>\(given)</answer>", problem) == .wrong)
    }

    @Test(
        arguments: [
            (
                "{\"question\": \"q\", \"choices\": [\"a\"], \"answer\": 0}",
                "data.jsonl:1: column 'choices': found 1 choices, expected 2 to 26"
            ),
            (
                "{\"question\": \"q\", \"choices\": [\"a\", \"a\"], \"answer\": 0}",
                "found the choice 'a' twice"
            ),
            (
                "{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 2}",
                "column 'answer': found '2', expected the letter, the place from 0 or the text of "
                    + "one of 2 choices"
            ),
            (
                "{\"question\": \"q\", \"answer\": 2}",
                "column 'choices': found no such column among"
            ),
            ("[3]", "found a number at byte 2, expected an object"),
        ])
    func faultsAreNamed(text: String, message: String) {
        let found = MultipleChoice(file: scratch.write(text)).problems()
        #expect(found.map(\.key) == ["file"])
        #expect(
            found.first.map { scratch.relative($0.message).contains(message) } == true,
            "\(found)")
    }

    /// Rows of the training file that the held-out file asks too are left out of training.
    @Test func trainingRows() {
        let task = MultipleChoice(file: mmlu(5), trainFile: mmlu(8, to: "train.jsonl"))
        #expect(task.problems().isEmpty)
        #expect(task.trainingCount() == 3)
        var random: any RandomNumberGenerator = SplitMix64(seed: 0)
        let pass = (0..<3).map { task.problem($0, split: .train, using: &random) }
        #expect(Set(pass.map(\.id)).count == 3)
        for problem in pass {
            #expect(task.contains(problem, in: .train) == true)
            #expect(task.contains(problem, in: .test) == false)
        }
        let same = MultipleChoice(file: mmlu(5), trainFile: mmlu(5, to: "train.jsonl"))
        #expect(same.problems().map(\.key) == ["train_file"])
        #expect(MultipleChoice(file: mmlu(5)).trainingCount() == 0)
    }
}

import GRPOTasks
import Testing

@Suite struct ShortAnswerTests {
    private let scratch = DataScratch()

    private var task: ShortAnswer {
        ShortAnswer(
            file: scratch.write(
                """
                {"question": "Who painted it?", "answer": ["Vincent van Gogh", "Van Gogh"]}
                {"question": "How many?", "answer": 1890}
                {"question": "How cold?", "answer": "-3.5 °C"}
                """))
    }

    private func verdict(_ given: String, _ question: String) -> Verdict {
        let problem = task.testProblems(limit: 3, seed: 0).first { $0.prompt == question }!
        return task.verify("<think>…</think><answer>\(given)</answer>", problem)
    }

    @Test(arguments: [
        "Vincent van Gogh", "van gogh", "  Van  Gogh. ", "the Van Gogh", "“Van Gogh”", "VAN GOGH",
    ])
    func right(given: String) {
        #expect(verdict(given, "Who painted it?") == .right)
    }

    @Test(arguments: [
        "Gogh", "Van Gogh or Monet", "Monet, Van Gogh", "", "the", "Van Goghs",
    ])
    func wrong(given: String) {
        #expect(verdict(given, "Who painted it?") == .wrong)
    }

    @Test func numbers() {
        #expect(verdict("1890", "How many?") == .right)
        #expect(verdict("1,890", "How many?") == .right)
        #expect(verdict("-1890", "How many?") == .wrong)
        #expect(verdict("18.90", "How many?") == .wrong)
        #expect(verdict("−3.5 °C", "How cold?") == .right)
        #expect(verdict("3.5 °C", "How cold?") == .wrong)
        #expect(verdict("-35 °C", "How cold?") == .wrong)
    }

    @Test func equalAnswersVoteTogether() {
        let problem = task.testProblems(limit: 3, seed: 0)[0]
        let votes = ["The Van Gogh!", "van gogh"].map {
            task.answer(in: "<answer>\($0)</answer>", to: problem)
        }
        #expect(votes == ["van gogh", "van gogh"])
        #expect(task.answer(in: "Van Gogh", to: problem) == nil)
    }

    @Test func faultsAreNamed() {
        let file = scratch.write("{\"question\": \"q\", \"answer\": \"?!\"}", to: "bad.jsonl")
        let found = ShortAnswer(file: file).problems()
        #expect(found.map(\.key) == ["file"])
        #expect(found[0].message.contains("bad.jsonl:1: column 'answer': found"))
        #expect(found[0].message.contains("expected an answer with a letter or a digit"))
    }
}

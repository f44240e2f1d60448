import Foundation
import GRPOTasks
import Testing

/// Rows that reasoning-gym 0.1.25 has written (seed 42), one of each dataset that has a rule of its
/// own here.
@Suite struct ReasoningGymRowsTests {
    private let file = DataPath(
        Bundle.module.url(
            forResource: "Fixtures/reasoning_gym", withExtension: "jsonl")!.path)

    private func all(_ task: ReasoningGymRows) -> [Problem] {
        drawn(task, task.trainingCount()!)
    }

    @Test func everyGoldAnswerIsRight() throws {
        let task = ReasoningGymRows(file: file, heldOut: 1, shuffleSeed: nil)
        #expect(task.problems().isEmpty)
        let problems = all(task) + task.testProblems(limit: 9, seed: 0)
        #expect(problems.count == 15)
        let datasets = problems.map { $0.columns["source_dataset"]! }
        #expect(Set(datasets).count == 15)
        #expect(Set(datasets).isSubset(of: GymVerifier.knownDatasets))
        for problem in problems {
            #expect(task.verify(answered(problem.answer), problem) == .right)
            #expect(task.verify(answered("0.5"), problem) == .wrong)
            #expect(task.verify(problem.answer, problem) == .wrong)
        }
    }

    @Test func questionsAndMetadataAreKept() throws {
        let problems = all(ReasoningGymRows(file: file, heldOut: 1e-4, shuffleSeed: nil))
        let sum = try #require(problems.first { $0.columns["source_dataset"] == "chain_sum" })
        #expect(
            sum.prompt == "State the final answer to the following arithmetic problem: 4 + 3 =")
        #expect(sum.answer == "7")
        #expect(sum.columns["expression"] == "4 + 3")
        #expect(sum.columns["num_terms"] == "2")
        #expect(sum.columns["question"] == nil)
        #expect(sum.messages == nil)
        let game = try #require(problems.first { $0.columns["source_dataset"] == "countdown" })
        #expect(game.columns["target"] == "139")
        #expect(game.columns["numbers"]?.hasPrefix("[36,") == true)
    }

    @Test func templatesAndSystemMessages() throws {
        let task = ReasoningGymRows(
            file: file, question: "{prompt}\nAnswer in tags.", system: "Think.", heldOut: 1,
            shuffleSeed: nil)
        let problem = all(task)[0]
        #expect(problem.messages?.map(\.role) == ["system", "user"])
        #expect(problem.messages?[1].content.hasSuffix("=\nAnswer in tags.") == true)
        #expect(problem.prompt.hasPrefix("Think.\n\n"))
    }

    @Test func splitsAreDisjoint() {
        let task = ReasoningGymRows(file: file, heldOut: 5)
        let held = task.testProblems(limit: 100, seed: 0)
        #expect(held.count == 5)
        #expect(task.trainingCount() == 10)
        #expect(all(task).allSatisfy { task.contains($0, in: .train) == true })
        #expect(held.allSatisfy { task.contains($0, in: .train) == false })
    }

    private func fault(_ row: String) -> String {
        let scratch = DataScratch()
        let task = ReasoningGymRows(file: scratch.write(row + "\n" + row + "\n"), heldOut: 0.1)
        return scratch.relative(task.problems().map { "\($0.key): \($0.message)" }.joined())
    }

    @Test func otherFilesAreRefused() {
        #expect(
            fault(#"{"question": "1+1?", "answer": "2"}"#)
                == "file: data.jsonl:1: column 'metadata': found no such column among question, "
                + "answer, expected reasoning-gym's metadata, an object with source_dataset; read "
                + "other files with task jsonl")
        #expect(
            fault(#"{"question": "1+1?", "answer": "2", "metadata": {"source_index": 1}}"#)
                .contains("found an object of 1 keys, expected reasoning-gym's metadata"))
        #expect(
            fault(
                #"{"question": "1+1?", "answer": "two", "metadata": {"source_dataset": "chain_sum"}}"#
            ).contains("column 'answer': found 'two', expected a number"))
        #expect(
            fault(
                #"{"question": "?", "answer": "1", "metadata": {"source_dataset": "countdown"}}"#
            ).contains("expected a whole target"))
    }

    /// Some copies of the data keep the metadata as text; datasets without a rule of their own are
    /// compared as numbers or texts.
    @Test func metadataAsTextAndUnknownDatasets() {
        let scratch = DataScratch()
        let file = scratch.write(
            #"{"question": "a", "answer": 12, "metadata": "{\"source_dataset\": \"other\"}"}"#
                + "\n"
                + #"{"question": "b", "answer": "N1", "metadata": {"source_dataset": "other"}}"#)
        let task = ReasoningGymRows(file: file, heldOut: 1e-4, shuffleSeed: nil)
        let problems = all(task)
        #expect(problems.map { $0.columns["source_dataset"] } == ["other", "other"])
        #expect(task.verify(answered("12.0"), problems[0]) == .right)
        #expect(task.verify(answered("N1"), problems[1]) == .right)
        #expect(task.verify(answered("n1"), problems[1]) == .wrong)
    }

    @Test func optionsRoundTrip() throws {
        let task = ReasoningGymRows(file: file, system: "Think.", answer: .boxed, heldOut: 3)
        let data = try JSONEncoder().encode(task)
        let again = try JSONDecoder().decode(ReasoningGymRows.self, from: data)
        #expect(all(again) == all(task))
        #expect(again.answer == .boxed)
        #expect(again.source.columns.prompt == "question")
    }
}

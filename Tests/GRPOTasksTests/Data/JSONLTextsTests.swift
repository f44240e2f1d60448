import GRPOTasks
import Testing

@Suite struct JSONLTextsTests {
    private let scratch = DataScratch()

    private func pairs(_ range: Range<Int>, to name: String = "data.jsonl") -> DataPath {
        scratch.write(
            range.map {
                "{\"prompt\": \"What is \($0)?\", \"completion\": \" \($0)\", \"answer\": \($0)}\n"
            }.joined(), to: name)
    }

    @Test func theAlphabetIsThatOfTheTexts() {
        let file = scratch.write("{\"text\": \"cab\"}\n{\"text\": \"ä\\u0301 c\"}\n")
        #expect(JSONLTexts(file: file).alphabet == [" ", "a", "b", "c", "ä", "\u{301}"])
        #expect(JSONLTexts().alphabet == [])
    }

    @Test func textsWithoutACompletionAreRefused() {
        let questions = JSONLTexts(file: scratch.questions(0..<3)).problems()
        #expect(
            questions.map { scratch.relative($0.message) } == [
                "data.jsonl:1: found questions alone, expected a column of completions too; "
                    + "name it with columns: {prompt: NAME, completion: NAME}"
            ])
        let open = scratch.write(#"{"messages": [{"role": "user", "content": "Hi"}]}"#)
        #expect(
            JSONLTexts(file: open).problems().first?.message.contains(
                "found a conversation that does not end with the assistant") == true)
    }

    /// The same file for text and task: without a held_out of its own the text would show what
    /// the task holds out.
    @Test func whatTheTaskHoldsOutIsNotShown() {
        let file = pairs(0..<60)
        let task = JSONLProblems(file: file, heldOut: 10)
        #expect(task.problems().isEmpty)
        let found = JSONLTexts(file: file).conflicts(with: task)
        #expect(found.map(\.key) == ["file"])
        #expect(found.first?.message.hasPrefix("10 of its 60 texts show held-out") == true)
        #expect(JSONLTexts(file: file, heldOut: 10).conflicts(with: task).isEmpty)

        let other = pairs(50..<70, to: "test.jsonl")
        let split = JSONLProblems(file: file, testFile: other)
        #expect(split.problems().isEmpty)
        #expect(JSONLTexts(file: file).conflicts(with: split).count == 1)
        let texts = JSONLTexts(file: file, testFile: other)
        #expect(texts.conflicts(with: split).isEmpty)
        #expect(Set(documents(texts, 50).map(\.prompt)).count == 50)
        #expect(texts.conflicts(with: Sums()).isEmpty)
    }

    @Test func optionsOutOfRange() {
        #expect(JSONLTexts().problems().map(\.key) == ["file"])
        for heldOut in [-1, 1.5, .nan] {
            let texts = JSONLTexts(file: pairs(0..<3), heldOut: heldOut)
            #expect(texts.problems().map(\.key) == ["held_out"])
        }
        #expect(
            JSONLTexts(file: pairs(0..<3), heldOut: 3).problems().map(\.message)
                == ["holds out all 3 texts; lower it"])
    }
}

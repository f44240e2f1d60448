import Foundation
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

    // MARK: - Layout

    private func worked(_ solutions: [String]) -> JSONLTexts {
        let lines = solutions.enumerated().map {
            "{\"question\": \"Q\($0)\", \"answer\": \"\($1)\"}\n"
        }
        return JSONLTexts(
            file: scratch.write(lines.joined()),
            columns: DataColumns(prompt: "question", completion: "answer"),
            layout: .thinkAnswer, shuffleSeed: nil)
    }

    /// GSM8K's solutions as a cold start: working, then the answer, without the calculator's notes.
    @Test(arguments: [
        (
            "Each row has 4.\\nThat is 3*4 = $<<3*4=12>>12.\\n#### 12",
            "<think>\nEach row has 4.\nThat is 3*4 = $12.\n</think>\n<answer>12</answer>"
        ),
        (
            "a<<1>><<2>>b<c>>d\\n####2,000\\r\\nmore",
            "<think>\nab<c>>d\n</think>\n<answer>2,000</answer>"
        ),
        ("1 << 2\\n3 >> 1\\n#### 4", "<think>\n1 << 2\n3 >> 1\n</think>\n<answer>4</answer>"),
        ("#### 1? No.\\n#### 2", "<think>\n#### 1? No.\n</think>\n<answer>2</answer>"),
    ])
    func aWorkedSolutionBecomesAThought(solution: String, completion: String) {
        let texts = worked([solution])
        #expect(texts.problems().isEmpty)
        #expect(documents(texts, 1) == [TextDocument(prompt: "Q0", completion: completion)])
        #expect(
            texts.alphabet.map(String.init).joined()
                == String(
                    String.UnicodeScalarView(Set(("Q0" + completion).unicodeScalars).sorted())))
    }

    @Test func theThoughtIsATurnOfAConversation() {
        let file = scratch.write(
            #"{"messages": [{"role": "user", "content": "Q"}, "#
                + #"{"role": "assistant", "content": "w\n#### 1"}]}"#)
        let texts = JSONLTexts(file: file, layout: .thinkAnswer)
        let thought = "<think>\nw\n</think>\n<answer>1</answer>"
        #expect(documents(texts, 1)[0].completion == thought)
        #expect(documents(texts, 1)[0].messages?.last?.content == thought)
        #expect(documents(texts, 1)[0].messages?.count == 2)
    }

    @Test(arguments: [
        ("12", "found a solution without ####"), ("#### 12", "found nothing before the ####"),
        ("<<3*4=12>>\\n#### 12", "found nothing before the ####"),
        ("w\\n####\\n12", "found nothing behind the ####"),
        ("<think>w</think>\\n#### 1", "found a solution with <think> of its own"),
        ("w <answer>1\\n#### 1", "found a solution with <answer> of its own"),
    ])
    func whatIsNoWorkedSolutionIsRefused(solution: String, found: String) {
        let sound = "w\\n#### 1"
        let message = worked([sound, solution, sound, solution]).problems().map(\.message)
        #expect(
            message.map(scratch.relative) == [
                "data.jsonl:2: \(found) (so in 2 of 4 records, here first), expected a worked "
                    + "solution, then #### and the answer; correct the file, or use layout: plain"
            ])
    }

    @Test func writtenAndReadAgain() throws {
        let text = #"{"columns":{"prompt":"q"},"file":"/a.jsonl","layout":"think_answer"}"#
        let texts = try JSONDecoder().decode(JSONLTexts.self, from: Data(text.utf8))
        #expect(texts.layout == .thinkAnswer)
        #expect(texts.source.heldOut == 0)
        let written = String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
        for key in ["file", "test_file", "columns", "layout", "held_out", "shuffle_seed"] {
            #expect(written.contains("\"\(key)\":"), "\(key)")
        }
    }
}

import GRPOTasks
import Testing

/// TRL's dataset formats, alpaca and ShareGPT, as tasks ask them and as texts show them.
@Suite struct DataFormatTests {
    private let scratch = DataScratch()

    private func document(
        _ line: String, _ columns: DataColumns = DataColumns()
    ) throws -> TextDocument {
        let texts = JSONLTexts(file: scratch.write(line + "\n"), columns: columns)
        try #require(texts.problems().map(\.message) == [])
        return documents(texts, 1)[0]
    }

    private func problem(
        _ line: String, _ columns: DataColumns = DataColumns()
    ) throws -> Problem {
        // One record to train on and another one held out.
        let file = scratch.write(line + "\n")
        let other = scratch.write(
            "{\"prompt\":\"other\",\"answer\":1,\"q\":\"other\"}\n", to: "other.jsonl")
        let lines = scratch.write(line + "\n", to: "train.jsonl")
        let task = JSONLProblems(
            file: lines, testFile: columns == DataColumns() ? other : nil, columns: columns,
            verifier: .exact, heldOut: 0.5)
        if columns == DataColumns(), task.problems().isEmpty {
            return trainingProblems(task, 1)[0]
        }
        // Either split will do: the record is in one of them.
        let all = JSONLProblems(
            file: file, testFile: file, columns: columns, verifier: .exact)
        try #require(all.problems().map(\.message) == ["all its questions stand in test_file too"])
        return all.testProblems(limit: 1, seed: 0)[0]
    }

    private func turn(_ role: String, _ content: String) -> Message {
        Message(role: role, content: content)
    }

    @Test func languageModelling() throws {
        let found = try document(#"{"text": "Once upon a time."}"#)
        #expect(found == TextDocument(prompt: "", completion: "Once upon a time."))
    }

    @Test func promptOnly() throws {
        let found = try problem(#"{"prompt": "The sky is", "answer": "blue", "level": 3}"#)
        #expect(found.prompt == "The sky is")
        #expect(found.answer == "blue")
        #expect(found.columns == ["level": "3"])
        #expect(found.messages == nil)
    }

    @Test func promptOnlyConversation() throws {
        let line = #"""
            {"prompt": [{"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Which colour?"}], "answer": "blue"}
            """#.replacing("\n", with: "")
        let found = try problem(line)
        #expect(found.messages == [turn("system", "Be brief."), turn("user", "Which colour?")])
        #expect(found.prompt == "Be brief.\n\nWhich colour?")
    }

    @Test func promptCompletion() throws {
        let found = try document(#"{"prompt": "The sky is", "completion": " blue."}"#)
        #expect(found == TextDocument(prompt: "The sky is", completion: " blue."))
    }

    @Test func promptCompletionConversation() throws {
        let found = try document(
            #"{"prompt": [{"role": "user", "content": "Sky?"}], "#
                + #""completion": [{"role": "assistant", "content": "Blue."}]}"#)
        #expect(found.messages == [turn("user", "Sky?"), turn("assistant", "Blue.")])
        #expect(found.prompt == "Sky?")
        #expect(found.completion == "Blue.")
    }

    @Test func messages() throws {
        let line =
            #"{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "#
            + #""content": "Hello"}, {"role": "user", "content": "Sky?"}, "#
            + #"{"role": "assistant", "content": "Blue", "name": "x"}], "answer": "blue"}"#
        let turns = [
            turn("user", "Hi"), turn("assistant", "Hello"), turn("user", "Sky?"),
            turn("assistant", "Blue"),
        ]
        #expect(try document(line).messages == turns)
        #expect(try document(line).completion == "Blue")
        #expect(try problem(line).messages == Array(turns.dropLast()))
    }

    @Test func shareGPT() throws {
        let line =
            #"{"conversations": [{"from": "system", "value": "Brief."}, {"from": "human", "#
            + #""value": "Sky?"}, {"from": "gpt", "value": "Blue"}], "id": "a1"}"#
        let turns = [turn("system", "Brief."), turn("user", "Sky?"), turn("assistant", "Blue")]
        #expect(try document(line).messages == turns)
        // The same by mapping, under another name.
        let renamed = line.replacing("conversations", with: "talk")
        #expect(try document(renamed, DataColumns(messages: "talk")).messages == turns)
    }

    @Test func alpaca() throws {
        let line = #"{"instruction": "Add.", "input": "1 and 2", "output": "3"}"#
        #expect(try document(line) == TextDocument(prompt: "Add.\n\n1 and 2", completion: "3"))
        let bare = #"{"instruction": "Greet.", "input": "", "output": "Hi"}"#
        #expect(try document(bare) == TextDocument(prompt: "Greet.", completion: "Hi"))
        var columns = DataColumns(prompt: "task", completion: "result")
        columns.input = "given"
        columns.system = "rules"
        let mapped = #"{"task": "Add.", "given": "1 and 2", "rules": "Be brief.", "result": "3"}"#
        #expect(
            try document(mapped, columns).messages == [
                turn("system", "Be brief."), turn("user", "Add.\n\n1 and 2"),
                turn("assistant", "3"),
            ])
        #expect(
            try document(mapped.replacing("\"rules\": \"Be brief.\", ", with: ""), columns)
                == TextDocument(prompt: "Add.\n\n1 and 2", completion: "3"))
    }

    @Test func preference() throws {
        let line = #"{"prompt": "The sky is", "chosen": " blue.", "rejected": " green."}"#
        #expect(try document(line) == TextDocument(prompt: "The sky is", completion: " blue."))
    }

    /// UltraFeedback's way: a prompt, and conversations that begin with it again.
    @Test func preferenceOfWholeConversations() throws {
        func line(_ prompt: String, _ lead: String = "") -> String {
            func turns(_ answer: String) -> String {
                lead + #"{"role": "user", "content": "Sky?"}, "#
                    + #"{"role": "assistant", "content": "\#(answer)"}"#
            }
            return #"{"prompt": \#(prompt), "chosen": [\#(turns("Blue"))], "#
                + #""rejected": [\#(turns("Green"))], "answer": "blue"}"#
        }
        let turns = [turn("user", "Sky?"), turn("assistant", "Blue")]
        let asText = line("\"Sky?\"")
        for line in [asText, line(#"[{"role": "user", "content": "Sky?"}]"#)] {
            #expect(try document(line).messages == turns)
            #expect(try document(line).prompt == "Sky?")
        }
        #expect(try problem(asText).id == problem(#"{"prompt": "Sky?", "answer": 1}"#).id)
        let system = #"{"role": "system", "content": "Brief."}, "#
        #expect(
            try document(line("\"Sky?\"", system)).messages
                == [turn("system", "Brief.")] + turns)
        // Completions that are turns of their own follow the prompt.
        let bare =
            #"{"prompt": "Sky?", "chosen": [{"role": "assistant", "content": "Sky?"}], "#
            + #""rejected": [{"role": "assistant", "content": "Green"}]}"#
        #expect(
            try document(bare).messages == [turn("user", "Sky?"), turn("assistant", "Sky?")])
    }

    @Test func columnsThatAPreferenceDoesNotReadAreRefused() {
        var columns = DataColumns(prompt: "q")
        (columns.chosen, columns.rejected) = ("good", "bad")
        #expect(columns.problems().isEmpty)
        (columns.input, columns.system) = ("i", "s")
        #expect(columns.problems().map(\.key) == ["columns.input", "columns.system"])
        #expect(columns.problems()[0].message.contains("is not read beside a preference"))
        columns.prompt = nil
        #expect(columns.problems().map(\.key) == ["columns.input", "columns.system"])
    }

    /// The implicit prompt is what both begin with; a word keeps the space before it.
    @Test func preferenceWithoutAPrompt() throws {
        let line = #"{"chosen": "The sky is blue.", "rejected": "The sky is green."}"#
        #expect(try document(line) == TextDocument(prompt: "The sky is", completion: " blue."))
        let turns =
            #"{"chosen": [{"role": "user", "content": "Sky?"}, {"role": "assistant", "#
            + #""content": "Blue"}], "rejected": [{"role": "user", "content": "Sky?"}, "#
            + #"{"role": "assistant", "content": "Green"}]}"#
        #expect(
            try document(turns).messages == [turn("user", "Sky?"), turn("assistant", "Blue")])
    }

    /// A question that is written as a turn is the question written as a text.
    @Test func aTurnAndATextAreOneQuestion() throws {
        let text = try problem(#"{"prompt": " Which colour?\n", "answer": "blue"}"#)
        let turns = try problem(
            #"{"prompt": [{"role": "user", "content": "Which colour?"}], "answer": "blue"}"#)
        #expect(text.id == turns.id)
        #expect(turns.messages == nil)
    }

    @Test func answersMayBeNumbersAndTruthValues() throws {
        for (written, answer) in [
            ("12345678901234567890", "12345678901234567890"), ("0.50", "0.50"), ("true", "true"),
        ] {
            #expect(try problem("{\"prompt\": \"p\", \"answer\": \(written)}").answer == answer)
        }
    }
}

import Foundation
import GRPOTasks
import Testing

/// All columns of a data set reach a reward, with the types they have there.
@Suite struct ColumnTypesTests {
    private let scratch = DataScratch()

    private func problem(_ line: String) throws -> Problem {
        let other = scratch.write("{\"prompt\":\"other\",\"answer\":1}\n", to: "other.jsonl")
        let task = JSONLProblems(
            file: scratch.write(line + "\n"), testFile: other, verifier: .exact)
        try #require(task.problems().map(\.message) == [])
        return trainingProblems(task, 1)[0]
    }

    @Test func columnsKeepWhatTheyAre() throws {
        let found = try problem(
            #"""
            {"prompt": "p", "answer": "a", "level": 3, "title": "3", "hard": true, "none": null, "tests": [1, {"in": "x\n"}], "exact": 1.50}
            """#)
        #expect(
            found.columns == [
                "level": "3", "title": "3", "hard": "true", "none": "null",
                "tests": #"[1, {"in": "x\n"}]"#, "exact": "1.50",
            ])
        #expect(found.jsonColumns == ["level", "hard", "none", "tests", "exact"])
    }

    /// They are saved with rollouts, as equal bytes; those of older runs have none.
    @Test func typesAreSavedWithTheProblem() throws {
        let found = try problem(#"{"prompt": "p", "answer": "a", "b": 1, "a1": 2, "c": 3}"#)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(found)
        #expect(try JSONDecoder().decode(Problem.self, from: data) == found)
        #expect(String(decoding: data, as: UTF8.self).contains(#""json_columns":["a1","b","c"]"#))
        let plain = Problem(id: "i", prompt: "p", answer: "a", columns: ["x": "1"])
        let text = String(decoding: try encoder.encode(plain), as: UTF8.self)
        #expect(!text.contains("json_columns"))
        #expect(try JSONDecoder().decode(Problem.self, from: Data(text.utf8)) == plain)
    }
}

import Foundation
import GRPOTasks
import Testing

/// Training records that share ten words in a row with an evaluation problem.
@Suite struct DecontaminationTests {
    private let problem =
        "A train leaves the old station at nine and needs three hours for 240 miles. How fast?"

    @Test(arguments: [
        (
            "A train leaves the old station at nine and needs three hours for 240 miles. How fast?",
            true
        ),
        // Ten words in a row, whatever stands around them, in whatever case and punctuation.
        ("Note: TRAIN leaves the old-station at nine; and needs THREE... what?", true),
        // Nine are not enough.
        ("Note: train leaves the old station at nine and then stops for a while.", false),
        // The same words in another order are another text.
        ("needs three hours and at nine station the old leaves A train for 240 miles", false),
        ("", false),
    ])
    func tenWordsInARow(text: String, shares: Bool) {
        #expect(NGramIndex([problem]).shares(text) == shares)
    }

    /// Too short for ten words: compared as a whole.
    @Test func shortProblemsAreComparedAsAWhole() {
        let index = NGramIndex(["What is 7 + 8?", problem])
        #expect(index.count == 2 && index.shortCount == 1)
        #expect(index.shares("what is 7+8"))
        #expect(!index.shares("What is 7 + 8? It is 15, of course, as you know well."))
        #expect(!index.shares("What is 7 + 9?"))
        #expect(!index.shares("What is 7 - 8?"))
    }

    /// What every problem says is a template's wording and gives nothing away.
    @Test func templatesDoNotCount() {
        let template = "Read the question with care and then answer it in a single short word: "
        let problems = (0..<100).map { template + "question number \($0) about \($0 * 7) things" }
        let index = NGramIndex(problems)
        #expect(!index.shares(template + "how tall is the tower in the middle of Paris?"))
        #expect(index.shares("it in a single short word: question number 42 about 294 things"))
    }

    /// Generated problems share the words around what is drawn, and often the last of it too: a gram of
    /// nine words of the template and one number of the question is no contamination.
    @Test func theWordsAroundAGeneratedQuestionDoNotCount() {
        func asked(_ question: String) -> String {
            "Answer this: \(question) Please reason step by step, and put your final answer within "
                + "\\boxed{}."
        }
        let index = NGramIndex((0..<200).map { asked("What is \($0) plus \(7 * $0 % 100)?") })
        #expect(index.shortCount == 200)
        // The last number is that of two problems, the other of none.
        #expect(!index.shares(asked("What is 977 plus 42?")))
        #expect(!index.shares(asked("How many days have seven weeks?")))
        // The question itself, as it is, without the template, and in a text that solves it.
        #expect(index.shares(asked("What is 6 plus 42?")))
        #expect(index.shares("What is 6 plus 42?"))
        #expect(index.shares("Once more. " + asked("What is 6 plus 42?") + " It is 48, I think."))
        #expect(!index.shares("Once more. " + asked("What is 6 plus 43?") + " It is 49, I think."))
    }

    /// Where two or three problems are all there is, what all of them say is the template.
    @Test func aTemplateIsKnownInFewProblems() {
        let ending = " Give the number alone and nothing else between the two answer tags, please."
        let index = NGramIndex(["How many legs have 3 cows?" + ending, problem + ending])
        #expect(!index.shares("How many wheels have 5 cars?" + ending))
        #expect(index.shares(problem))
        #expect(index.shares("How many legs have 3 cows?" + ending))
        // One alone has nothing to be compared with: all its words count.
        #expect(NGramIndex([problem + ending]).shares("Name a colour." + ending))
    }

    /// Rows as reasoning-gym's generators write them: no training problem of another split is taken
    /// for one of the evaluation's.
    @Test func generatedSplitsAreNotContaminated() {
        let tasks: [any ProblemSource] = [
            ChainSum(), LegCounting(), LetterCounting(), NumberSorting(), SimpleEquations(),
        ]
        for task in tasks {
            let held = task.testProblems(limit: 200, seed: 0)
            let index = NGramIndex(held.map(\.prompt))
            let training = (0..<300).map { place in
                var random: any RandomNumberGenerator = SplitMix64(seed: UInt64(place))
                return task.problem(place, split: .train, using: &random).prompt
            }
            let shared = training.filter { index.shares($0) }
            #expect(shared == [], "\(type(of: task))")
            #expect(held.allSatisfy { index.shares($0.prompt) }, "\(type(of: task))")
        }
    }

    @Test func ideographsAreWords() {
        let index = NGramIndex(["小明有三个苹果他又买了五个苹果"])
        #expect(index.shares("问题：小明有三个苹果他又买了两个"))
        #expect(!index.shares("小明有三个苹果和五个梨子"))
    }

    private func row(_ prompt: String, _ answer: Int) -> String {
        "{\"prompt\": \"\(prompt)\", \"answer\": \(answer)}\n"
    }

    private func task(
        _ scratch: DataScratch, decontaminate: Bool = true, heldOut: Double = 1e-4
    ) throws -> JSONLProblems {
        let training = scratch.write(
            (0..<40).map { row("What is \($0) plus one?", $0 + 1) }.joined()
                + row("Remember: " + problem, 80)
                + row("A train leaves the old station at nine and waits for 5 minutes.", 5))
        let evaluation = scratch.write(
            "{\"Question\": \"\(problem)\", \"Answer\": \"80\", \"id\": 3}\n", to: "test.jsonl")
        let options: [String: Any] = [
            "file": training.path, "held_out": heldOut, "shuffle_seed": 0,
            "decontaminate": decontaminate ? [evaluation.path] : [],
        ]
        return try JSONDecoder().decode(
            JSONLProblems.self, from: JSONSerialization.data(withJSONObject: options))
    }

    @Test func sharedRecordsAreLeftOut() throws {
        let scratch = DataScratch()
        let all = try task(scratch, decontaminate: false)
        #expect(all.trainingCount() == 42)
        #expect(all.source.leftOut == nil)
        let clean = try task(scratch)
        #expect(clean.trainingCount() == 41)
        #expect(clean.source.leftOut == 1)
        #expect(clean.files.count == 2)
        let prompts = trainingProblems(clean, 41).map(\.prompt)
        #expect(Set(prompts).count == 41)
        #expect(!prompts.contains { $0.hasPrefix("Remember") })
        let encoded = try JSONEncoder().encode(clean)
        let again = try JSONDecoder().decode(JSONLProblems.self, from: encoded)
        #expect(again.source.decontaminate == clean.source.decontaminate)
    }

    @Test func faultsNameTheOption() throws {
        let scratch = DataScratch()
        let file = scratch.questions(0..<3)
        func problems(_ apart: DataPath) throws -> [(key: String, message: String)] {
            let options: [String: Any] = [
                "file": file.path, "held_out": 1, "decontaminate": [apart.path],
            ]
            return try JSONDecoder().decode(
                JSONLProblems.self, from: JSONSerialization.data(withJSONObject: options)
            ).problems()
        }
        #expect(try problems(scratch.path("none.jsonl")).map(\.key) == ["decontaminate"])
        let all = scratch.write(
            (0..<3).map { "{\"q\": \"What is \($0)?\"}\n" }.joined(), to: "all.jsonl")
        let found = try problems(all)
        #expect(found.map(\.key) == ["decontaminate"])
        #expect(found[0].message == "leaves out all 2 problems that could be trained on")
    }
}

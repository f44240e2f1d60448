import GRPOTasks
import Testing

struct ThoughtTests {
    struct Reading: Sendable {
        let text: String
        /// Nil where there is no thought.
        let content: String?
        /// Nil where it is not closed.
        let rest: String?
        var isOpened = false
    }

    private static let readings = [
        Reading(text: "12", content: nil, rest: "12"),
        Reading(text: "<think>a</think>b", content: "a", rest: "b"),
        Reading(text: "a</think>b", content: "a", rest: "b"),
        Reading(text: "<think>a", content: "a", rest: nil),
        Reading(text: "b<think>a", content: "a", rest: nil),
        Reading(text: "<think>a</think>b<think>c", content: "a</think>b<think>c", rest: nil),
        Reading(text: "a</think>b<think>c", content: "a</think>b<think>c", rest: nil),
        Reading(text: "<think>a</think>b</think>c", content: "a</think>b", rest: "c"),
        Reading(text: "a", content: "a", rest: nil, isOpened: true),
        Reading(text: "a</think>b", content: "a", rest: "b", isOpened: true),
        Reading(text: "<think>\na</think>b", content: "\na", rest: "b", isOpened: true),
        Reading(text: "", content: nil, rest: ""),
    ]

    @Test(arguments: readings)
    func oneReading(reading: Reading) {
        let bytes = Array(reading.text.utf8)
        let thought = Thought(in: bytes, isOpened: reading.isOpened)
        func text(_ range: Range<Int>?) -> String? {
            range.map { String(decoding: bytes[$0], as: UTF8.self) }
        }
        #expect(text(thought.content) == reading.content)
        #expect(text(thought.rest) == reading.rest)
        // Answers are read behind the same thought.
        if !reading.isOpened {
            #expect(AnswerExtraction.afterThinking(reading.text) == reading.rest)
        }
    }

    @Test func thePromptTellsWhetherItOpensTheThought() {
        #expect(Thought.opening(ofPrompt: "Assistant: <think>") == "<think>\n")
        #expect(Thought.opening(ofPrompt: "Assistant: <think>\n\n ") == "<think>\n")
        #expect(Thought.opening(ofPrompt: "Use <think> and </think>.") == "")
        #expect(Thought.opening(ofPrompt: "") == "")
        let completion = Completion(text: "a</think>b", tokenCount: 5, finishReason: .length)
        #expect(completion.behind("") == completion)
        #expect(
            completion.behind("<think>\n")
                == Completion(text: "<think>\na</think>b", tokenCount: 5, finishReason: .length))
    }
}

import GRPORewards
import Testing

@Suite struct JSONRewardTests {
    @Test(arguments: [
        #"{}"#, #"{"a": [1, 2.5e3, "x", true, null]}"#, " \n{\"a\": 1}\t",
        #"<think>{</think><answer>{"a": 1}</answer>"#, #"<think>a</think> {"a": 1}"#,
        "```json\n{\"a\": 1}\n```", "```\n{\"a\": 1}\n```",
        "<answer>\n```json\n{\"a\": 1}\n```\n</answer>", #"{"é": "\u00e9"}"#,
    ])
    func objects(text: String) {
        #expect(JSONReward().isValid(text))
    }

    /// Each way of earning the reward without the document, by name.
    @Test(arguments: [
        ("nothing", ""), ("a bare number", "42"), ("a bare text", "\"x\""), ("an array", "[]"),
        ("a trailing comma", #"{"a": 1,}"#), ("single quotes", "{'a': 1}"),
        ("a bare key", "{a: 1}"), ("a comment", "{} // done"), ("text before", "Here: {}"),
        ("text after", "{} ok"), ("two documents", "{} {}"), ("unclosed", #"{"a": 1"#),
        ("a key twice", #"{"a": 1, "a": 2}"#), ("NaN", #"{"a": NaN}"#),
        ("a leading zero", #"{"a": 01}"#), ("beyond float64", #"{"a": 1e999}"#),
        ("in the thought", #"<think>{"a": 1}</think>"#), ("an open thought", #"<think>{"a": 1}"#),
        ("an empty answer", #"{"a": 1}<answer></answer>"#),
        ("nested without end", String(repeating: "{\"a\":", count: 100_000)),
        ("half a fence", "```json\n{}"), ("a raw line feed", "{\"a\": \"\n\"}"),
    ])
    func tricks(name: String, text: String) {
        #expect(!JSONReward().isValid(text), "\(name)")
    }

    @Test func requiredKeysAreCompleteOrWorthNothing() async throws {
        let reward = JSONReward(topLevel: .object, requiredKeys: ["name", "age"])
        let scores = try await reward.scores(
            for: group([
                #"{"name": "A", "age": null, "more": 1}"#, #"{"name": "A"}"#,
                #"{"x": {"name": 1, "age": 2}}"#,
            ]))
        #expect(scores == [.value(1), .value(0), .value(0)])
    }

    @Test func otherDocuments() {
        #expect(JSONReward(topLevel: .array).isValid("[1, {}]"))
        #expect(!JSONReward(topLevel: .array).isValid("{}"))
        #expect(JSONReward(topLevel: .any).isValid("42"))
        #expect(!JSONReward(topLevel: .any).isValid("forty-two"))
        #expect(!JSONReward(topLevel: .object, allowFence: false).isValid("```\n{}\n```"))
        #expect(
            JSONReward(topLevel: .any, requiredKeys: ["a"]).problems().map(\.key)
                == ["required_keys"])
    }
}

import GRPOTasks
import Testing

@Suite struct AnswerExtractionTests {
    @Test(arguments: [
        ("<think>x</think><answer>125</answer>", "125"),
        ("<answer> \n125\t</answer>", "125"),
        ("<answer>1</answer><answer>2</answer>", "2"),
        ("<answer>1</answer> then <answer>2", "1"),
        ("<answer><answer>5</answer>", "5"),
        ("thought</think><answer>7</answer>", "7"),
        ("<think>a</think><think>b</think><answer>7</answer>", "7"),
        ("<answer></answer>", ""),
        ("<answer>ä</answer>", "ä"),
    ])
    func taggedAnswer(text: String, expected: String) {
        #expect(AnswerExtraction.tagged(in: text) == expected)
    }

    @Test(arguments: [
        "", "125", "<answer>125", "125</answer>", "</answer>125<answer>",
        "<think><answer>125</answer>", "<think><answer>125</answer></think>",
        "<think>a</think><think><answer>125</answer>", "<Answer>125</Answer>",
        "<answer >125</answer>", "＜answer＞125＜/answer＞",
    ])
    func noTaggedAnswer(text: String) {
        #expect(AnswerExtraction.tagged(in: text) == nil)
    }

    @Test(arguments: [
        ("27", "27"), ("The answer is 27.", "27"), ("12 + 15 = 27", "27"), ("$2,000.00", "2000"),
        ("1,234,567 in all", "1234567"), ("1,2,3", "3"), ("1,2345", "2345"), ("-5", "-5"),
        ("= -5", "-5"), ("3-5", "5"), ("(3)-5", "5"), ("x-5", "5"), ("0.50", "0.5"),
        ("-$12", "-12"), ("$-12", "-12"), ("5-$3", "3"), ("(5)-$3", "3"), ("$5", "5"),
        ("007", "7"), ("-0", "0"), ("000", "0"), ("1.2.3", "3"), ("3 ٢٧", "3"), (".5", "5"),
        ("1000,000", "0"),
    ])
    func lastNumber(text: String, expected: String) {
        #expect(AnswerExtraction.lastNumber(in: text) == expected)
    }

    @Test(arguments: ["", "none", "٢٧", "-", "１２"])
    func noLastNumber(text: String) {
        #expect(AnswerExtraction.lastNumber(in: text) == nil)
    }

    /// A repetition that ran to the length limit must not take more than linear time.
    @Test func longTextsAreRead() {
        let tags = String(repeating: "<answer>", count: 100_000)
        #expect(AnswerExtraction.tagged(in: tags) == nil)
        #expect(AnswerExtraction.tagged(in: tags + "1</answer>") == "1")
        let digits = String(repeating: "1,", count: 100_000) + "234,567"
        #expect(AnswerExtraction.lastNumber(in: digits) == "1234567")
        let run = String(repeating: "9", count: 200_000)
        #expect(AnswerExtraction.lastNumber(in: run) == run)
    }
}

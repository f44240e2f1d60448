import GRPOTasks
import Testing

@Suite struct SumStatementTests {
    private func statement(_ operands: [Int], _ result: Int) -> SumStatement {
        SumStatement(operands: operands, result: result)
    }

    @Test func columnsAreStatements() {
        let expected = [statement([7, 8], 15), statement([5, 6, 1], 12)]
        for text in [
            "7+8=15 5+6+1=12", "7 and 8 is 15, 5 and 6 and 1 is 12",
            "7 und 8 ist 15, 5 und 6 und 1 ist 12", "7 plus 8 equals 15. 5 + 6 + 1\n= 12",
        ] {
            #expect(SumStatement.all(in: text) == expected, "\(text)")
        }
    }

    @Test(arguments: [
        "", "7+8", "7=15", "7+=15", "+8=15", "7 8=15", "7+8=", "7+8 =? 15", "7-8=15", "7+8x=15",
        "7 band 8 is 15", "7 für 8 ist 15", "1234567890123456789+1=1234567890123456790", "7++8=15",
    ])
    func everythingElseIsNot(text: String) {
        #expect(SumStatement.all(in: text).isEmpty)
    }

    /// A result may be an operand of the next sum.
    @Test func chains() {
        #expect(
            SumStatement.all(in: "7+8=15+1=16 so 2+2=4=5") == [
                statement([7, 8], 15), statement([15, 1], 16), statement([2, 2], 4),
            ])
    }

    /// What is taken back and said anew is the same sum again.
    @Test(arguments: [
        ("7 and 8 is 14, wait, 15", [14, 15]), ("7 und 8 ist 14 — nein, warte: 15!", [14, 15]),
        ("7+8=14, no, 16, no, 15", [14, 16, 15]), ("7+8=14, 15", [14]),
        ("7+8=14 wait for 15", [14]),
        ("7+8=14, wait, 15 and 2", [14]), ("wait 15", []), ("7+8, wait, 15", []),
        ("7+8=14, wait, 7+8=15", [14, 15]),
    ])
    func resultsCanBeReplaced(text: String, results: [Int]) {
        #expect(SumStatement.all(in: text) == results.map { statement([7, 8], $0) })
    }

    @Test func rightOnesAddUp() {
        #expect(statement([7, 8], 15).isRight)
        #expect(!statement([7, 8], 14).isRight)
        #expect(!statement([.max, .max], -2).isRight)
    }

    @Test(arguments: [
        ("7+8=14 no, 7+8=15", true), ("7+8=14 no, 8+7=15", true), ("7+8=15 7+8=14", false),
        ("7+8=14 5+6=11", false), ("7+8=15 7+8=15", false), ("7+8=14 7+8=13 7+8=15", true),
        ("5+6=12 5+6+1=12", false), ("", false),
    ])
    func correctionsComeAfterTheSlip(text: String, expected: Bool) {
        #expect(SumStatement.corrects(SumStatement.all(in: text)) == expected)
    }

    @Test(arguments: [
        ("<think>7+8=14 wait 7+8=15 5+6+1=12</think><answer>125</answer>", true),
        ("<think>7+8=14 wait 7+8=15 5+6+1=12</think><answer>124</answer>", false),
        ("<think>7+8=15 5+6+1=12</think><answer>125</answer>", false),
        ("<think>7+8=14 5+6+1=12</think><answer>125</answer>", false),
        ("<think>7 and 8 is 14, wait, 15, 5 and 6 and 1 is 12</think><answer>125</answer>", true),
        ("<think>57+68=115 57 + 68 is 125</think><answer>125</answer>", true),
        ("<answer>115</answer> No: <answer>125</answer>", true),
        ("<think><answer>115</answer></think><answer>125</answer>", true),
        ("<answer> 125 </answer><answer>125</answer>", false),
        ("<answer>125</answer><answer>115</answer>", false), ("", false),
    ])
    func sumsSeeSelfCorrections(text: String, expected: Bool) {
        let sums = Sums()
        #expect(sums.correctsItself(text, sums.problem(57, 68)) == expected)
    }

    @Test func whoCannotTellSaysNothing() {
        let countdown = Countdown()
        var random: any RandomNumberGenerator = SplitMix64(seed: 1)
        let problem = countdown.problem(0, split: .train, using: &random)
        #expect(countdown.correctsItself("<answer>1</answer>", problem) == nil)
        let broken = Problem(id: "a", prompt: "b", answer: "?")
        #expect(Sums().correctsItself("<answer>1</answer>", broken) == nil)
    }

    @Test func blocksAreThoseThatClose() {
        #expect(
            AnswerExtraction.blocks(
                in: "<answer>1</answer></answer><answer>2<answer> 3 </answer><answer>4") == [
                    "1", "3",
                ])
    }
}

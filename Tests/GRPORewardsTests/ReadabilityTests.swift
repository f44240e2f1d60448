import GRPORewards
import GRPOTasks
import Testing

struct ReadabilityTests {
    private func readability(
        _ text: String, _ reason: FinishReason = .stop, language: String? = nil
    ) -> Double {
        Readability().value(
            of: Completion(text: text, tokenCount: 1, finishReason: reason),
            to: Problem(
                id: "1", prompt: "", answer: "",
                columns: language.map { ["language": $0] } ?? [:]))
    }

    private let english = "<think>this is what we have here</think><answer>12</answer>"

    @Test func wellFormedInOneLanguageIsOne() {
        #expect(readability(english) == 1)
    }

    @Test func cutOffOrOutOfFormatIsNothing() {
        #expect(readability(english, .length) == 0)
        #expect(readability("this is what we have here") == 0)
        #expect(readability("<think></think><answer>12</answer>") == 0)
    }

    /// Two of the six words are German where English is asked for; in German four of them are not.
    @Test func aMixedThoughtHasTheShareOfItsLanguage() {
        let mixed = "<think>this is what wir haben here</think><answer>12</answer>"
        #expect(abs(readability(mixed) - 4.0 / 6) < 1e-12)
        #expect(abs(readability(mixed, language: "de") - 2.0 / 6) < 1e-12)
    }

    /// The language of the answer counts too.
    @Test func theAnswerIsJudgedAsTheThoughtIs() {
        let text = "<think>this is what</think><answer>wir haben nicht</answer>"
        #expect(abs(readability(text) - 0.5) < 1e-12)
    }

    /// Eight words are six trigrams, of which two are repetitions; the tags are no words.
    @Test func repeatedTrigramsAreTakenOff() {
        let text = "<think>this is what this is what this</think><answer>12</answer>"
        #expect(abs(readability(text) - 4.0 / 6) < 1e-12)
    }

    /// Digits alone are in no wrong language.
    @Test func withoutWordsNothingIsTakenOff() {
        #expect(readability("<think>7+8=15 5+6+1=12</think><answer>125</answer>") == 1)
    }

    @Test func asARewardItIsTheSame() async throws {
        let scores = try await ReadabilityReward().scores(for: group([english, "125"]))
        #expect(scores == [.value(1), .value(0)])
    }

    /// What rules solve and answer rightly in the little world is readable by the filter's default,
    /// also where one column of a sum repeats another: 55+55 is the worst, at 0.778.
    @Test(arguments: [true, false])
    func ruleMadeTextsAreReadable(everyday: Bool) {
        let texts: any TextSource = everyday ? EverydayTexts() : WorkedTexts()
        let values = (0..<500).map { index in
            var random: any RandomNumberGenerator = SplitMix64(seed: UInt64(index))
            let document = texts.document(index, using: &random)
            let english = readability(document.completion)
            return max(english, readability(document.completion, language: "de"))
        }
        #expect(values.min()! >= 0.75)
        #expect(values.reduce(0, +) / 500 > 0.95)
    }
}

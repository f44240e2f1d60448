import GRPORewards
import GRPOTasks
import Testing

@Suite struct GradedAccuracyRewardTests {
    @Test(arguments: [
        ("125", "125", 1.0), ("115", "125", 2.0 / 3), ("25", "125", 2.0 / 3),
        ("1125", "125", 3.0 / 4), ("251", "125", 0.0), ("0", "7", 0.0),
        ("-5", "5", 0.0), ("", "5", 0.0), ("1e5", "125", 0.0), ("٥", "5", 0.0),
    ])
    func digitsThatStandRight(given: String, truth: String, share: Double) {
        #expect(GradedAccuracyReward.share(given, of: truth) == share)
    }

    @Test func rightIsOneAndWrongIsAPartOfIt() async throws {
        let texts = ["125", "115", "251", "", "1250"].map { "<answer>\($0)</answer>" } + ["125"]
        let scores = try await GradedAccuracyReward().scores(for: group(texts))
        #expect(scores.map(\.value) == [1, 1.0 / 3, 0, 0, 0, 0])
        let none = try await GradedAccuracyReward(partial: 0).scores(for: group(texts))
        let accuracy = try await AccuracyReward().scores(for: group(texts))
        #expect(none == accuracy)
    }

    @Test func whatNobodyCanJudgeIsUngradable() async throws {
        let scores = try await GradedAccuracyReward().scores(
            for: group(["<answer>1</answer>"], answer: "x"))
        guard case .ungradable = scores[0] else {
            Issue.record("\(scores)")
            return
        }
    }

    /// Of the texts of up to three digits none earns as much as the right one.
    @Test func nothingWrongBeatsRight() async throws {
        let texts = (0...999).filter { $0 != 125 }.map { "<answer>\($0)</answer>" }
        let scores = try await GradedAccuracyReward().scores(for: group(texts))
        #expect(scores.allSatisfy { ($0.value ?? 2) <= 0.5 * 2 / 3 })
    }

    @Test(arguments: [-0.1, 1, .nan, .infinity])
    func aPartialOfOneIsRefused(partial: Double) {
        #expect(GradedAccuracyReward(partial: partial).problems().map(\.key) == ["partial"])
    }
}

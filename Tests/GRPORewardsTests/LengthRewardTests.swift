import GRPORewards
import GRPOTasks
import Testing

/// A group for `57 + 68` of answers with their lengths in tokens.
private func group(
    _ answers: [(text: String, tokens: Int)], answer: String = "125",
    maxCompletionLength: Int? = nil, scenario: Scenario = .reasoning,
    columns: [String: String] = [:]
) -> RewardGroup {
    RewardGroup(
        problem: Problem(
            id: "57+68", prompt: "Q:57+68=?", answer: answer, columns: columns, scenario: scenario),
        completions: answers.map {
            Completion(text: $0.text, tokenCount: $0.tokens, finishReason: .stop)
        },
        step: 1, maxCompletionLength: maxCompletionLength, source: Sums(), seed: 0)
}

private let right = "<answer>125</answer>"
private let wrong = "<answer>115</answer>"

@Suite struct LengthRewardTests {
    /// Kimi k1.5's formula by hand; open-r1 publishes +0.5 for the shortest right answer.
    @Test func theShortestRightAnswerEarnsAHalf() async throws {
        let scores = try await LengthReward().scores(
            for: group([(right, 10), (right, 20), (right, 30), (wrong, 10), (wrong, 30)]))
        #expect(scores == [.value(0.5), .value(0), .value(-0.5), .value(0), .value(-0.5)])
        #expect(LengthReward.value(of: 15, in: 10...30, isRight: true) == 0.25)
        #expect(LengthReward.value(of: 25, in: 10...30, isRight: false) == -0.25)
    }

    @Test func equalLengthsEarnNothing() async throws {
        let scores = try await LengthReward().scores(for: group([(right, 10), (wrong, 10)]))
        #expect(scores == [.value(0), .value(0)])
    }

    @Test func aShortWrongAnswerNeverPays() {
        for length in 10...30 {
            #expect(LengthReward.value(of: length, in: 10...30, isRight: false) <= 0)
        }
    }

    @Test func whatCannotBeJudgedIsUngradableNotZero() async throws {
        let broken = try await LengthReward().scores(for: group([(right, 10)], answer: "?"))
        #expect(broken[0].value == nil)
        #expect(
            try await LengthReward().scores(for: group([(right, 10)], scenario: .general))
                == [.notApplicable])
    }
}

@Suite struct CosineRewardTests {
    /// TRL's published values, max_len 100.
    @Test(arguments: [
        (true, 25, 0.92678), (true, 75, 0.57322), (false, 25, -0.92678), (false, 75, -0.57322),
        (true, 50, 0.75), (false, 50, -0.75), (true, 0, 1.0), (false, 0, -1.0), (true, 100, 0.5),
        (false, 100, -0.5), (true, 200, 0.5), (false, 200, -0.5),
    ])
    func valuesOfTRL(isRight: Bool, length: Int, expected: Double) async throws {
        let found = CosineReward().value(ofLength: length, maxLen: 100, isRight: isRight)
        #expect(abs(found - expected) < 1e-5)
        let scores = try await CosineReward(maxLen: 100).scores(
            for: group([(isRight ? right : wrong, length)], maxCompletionLength: 7))
        #expect(scores == [.value(found)])
    }

    /// open-r1's own test, in which what is said to have a length of 20 has 22 characters.
    @Test(arguments: [
        (true, 22, 0.943), (true, 80, 0.547), (false, 22, -0.942), (false, 80, -0.547),
    ])
    func valuesOfOpenR1(isRight: Bool, length: Int, expected: Double) {
        let found = CosineReward().value(ofLength: length, maxLen: 100, isRight: isRight)
        #expect(abs(found - expected) < 1e-3)
    }

    @Test func boundsAreOptions() {
        var reward = CosineReward()
        (reward.minValueCorrect, reward.maxValueCorrect) = (0, 2)
        #expect(abs(reward.value(ofLength: 50, maxLen: 100, isRight: true) - 1) < 1e-12)
        (reward.minValueWrong, reward.maxLen) = (0, 0)
        #expect(reward.problems().map(\.key) == ["max_value_wrong", "max_len"])
    }

    @Test func theStagesLimitIsTheLength() async throws {
        let scores = try await CosineReward().scores(
            for: group([(right, 50), (wrong, 50)], maxCompletionLength: 100))
        #expect(abs(scores[0].value! - 0.75) < 1e-12 && abs(scores[1].value! + 0.75) < 1e-12)
        let outside = try await CosineReward().scores(for: group([(right, 50)]))
        #expect(
            outside == [
                .ungradable(reason: "max_len is null and no limit is known")
            ])
        let broken = try await CosineReward(maxLen: 9).scores(for: group([(right, 5)], answer: "?"))
        #expect(broken[0].value == nil)
    }
}

@Suite struct SoftOverlongPunishmentRewardTests {
    /// TRL's published values and DAPO's equation 13: max 100, cache 20.
    @Test(arguments: [
        (50, 0.0), (80, 0.0), (81, -0.05), (90, -0.5), (100, -1.0), (101, -1.0), (110, -1.0),
        (0, 0.0),
    ])
    func valuesOfTRL(length: Int, expected: Double) async throws {
        let reward = SoftOverlongPunishmentReward(maxCompletionLen: 100, softPunishCache: 20)
        let scores = try await reward.scores(for: group([("", length)], maxCompletionLength: 7))
        #expect(scores == [.value(expected)])
        #expect(scores[0].value?.sign == (expected == 0 ? .plus : .minus))
    }

    @Test func withoutACacheItIsAStep() {
        #expect(SoftOverlongPunishmentReward.value(ofLength: 100, limit: 100, cache: 0) == 0)
        #expect(SoftOverlongPunishmentReward.value(ofLength: 101, limit: 100, cache: 0) == -1)
    }

    /// DAPO: 4,096 of 20,480.
    @Test func theDefaultsAreTheStagesLimitAndAFifthOfIt() async throws {
        let reward = SoftOverlongPunishmentReward()
        let scores = try await reward.scores(
            for: group([("", 16_384), ("", 18_432), ("", 20_480)], maxCompletionLength: 20_480))
        #expect(scores == [.value(0), .value(-0.5), .value(-1)])
        #expect(try await reward.scores(for: group([("", 5)]))[0].value == nil)
    }

    @Test func settingsOutOfRange() {
        func keys(_ length: Int?, _ cache: Int?) -> [String] {
            SoftOverlongPunishmentReward(maxCompletionLen: length, softPunishCache: cache)
                .problems().map(\.key)
        }
        #expect(keys(0, nil) == ["max_completion_len"])
        #expect(keys(100, 101) == ["soft_punish_cache"] && keys(nil, -1) == ["soft_punish_cache"])
        #expect(keys(100, 100) == [] && keys(nil, nil) == [])
    }
}

@Suite struct LengthBudgetRewardTests {
    /// LCPO-Exact, equation 1, with the paper's 0.0003.
    @Test(arguments: [(100, 0.0), (90, -0.003), (110, -0.003), (1100, -0.3), (0, -0.03)])
    func everyTokenOffTheBudgetCosts(length: Int, expected: Double) async throws {
        var reward = LengthBudgetReward()
        reward.tokens = 100
        let found = try await reward.scores(for: group([("", length)]))[0].value
        #expect(abs(found! - expected) < 1e-15 && (expected < 0 || found!.sign == .plus))
    }

    @Test func theProblemsOwnBudgetComesFirst() async throws {
        let reward = LengthBudgetReward(tokens: 100, alpha: 0.01)
        let own = group([("", 30)], columns: ["length_budget": " 20 "])
        #expect(try await reward.scores(for: own) == [.value(-0.1)])
        var named = reward
        named.column = "n"
        #expect(
            try await named.scores(for: group([("", 30)], columns: ["n": "30"])) == [.value(0)])
    }

    @Test func withoutABudgetItIsUngradable() async throws {
        let none = try await LengthBudgetReward().scores(for: group([("", 30)]))
        #expect(
            none == [
                .ungradable(reason: "the problem has no column 'length_budget', and tokens is null")
            ])
        for text in ["many", "", "0", "-3", "12.5"] {
            let scores = try await LengthBudgetReward(tokens: 9, alpha: 1).scores(
                for: group([("", 30)], columns: ["length_budget": text]))
            #expect(scores[0].value == nil, "\(text)")
        }
        #expect(
            LengthBudgetReward(tokens: 0, alpha: 0).problems().map(\.key) == ["tokens", "alpha"])
        for alpha in [-1, 1.5, .infinity, .nan, 1e308] {
            let found = LengthBudgetReward(tokens: 9, alpha: alpha).problems()
            #expect(found.map(\.key) == ["alpha"], "\(alpha)")
        }
        #expect(LengthBudgetReward(tokens: 9, alpha: 1).problems().isEmpty)
    }
}

import Foundation
import GRPOTasks
import Testing

/// Agreement with Math-Verify 0.9.0 on the pairs of its own test suite.
///
/// `Fixtures/math_verify.jsonl` holds what it answered with its default settings
/// (`Fixtures/make_math_verify.py` asked it), `Fixtures/math_verify_judgements.json` every pair on
/// which we differ, with the reason.
@Suite struct MathVerifyAgreementTests {
    private struct Pair: Decodable {
        let test: String
        let gold: String
        let prediction: String
        let equal: Bool
    }

    private struct Judgement: Decodable {
        let gold: String
        let prediction: String
        let theirs: Bool
        let ours: Bool
        let reason: String
    }

    private static func data(_ name: String) throws -> Data {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        return try Data(contentsOf: folder.appending(path: name))
    }

    private static func pairs() throws -> [Pair] {
        try data("math_verify.jsonl").split(separator: UInt8(ascii: "\n"))
            .map { try JSONDecoder().decode(Pair.self, from: $0) }
    }

    /// As Math-Verify is asked: both sides are completions from which an answer is taken.
    private static func areEqual(_ pair: Pair) -> Bool {
        guard let truth = AnswerExtraction.mathematical(in: pair.gold) else { return false }
        let given = AnswerExtraction.mathematical(in: pair.prediction)
        return MathematicsVerifier.verdict(on: given, truth: truth) == .right
    }

    @Test func agreesOnNinetySevenPercent() throws {
        let pairs = try Self.pairs()
        let agreed = pairs.count { Self.areEqual($0) == $0.equal }
        #expect(pairs.count > 200)
        #expect(Double(agreed) >= 0.97 * Double(pairs.count), "\(agreed) of \(pairs.count)")
    }

    /// No disagreement is unlisted, and no listed one is gone.
    @Test func everyDisagreementIsJudged() throws {
        let judgements = try JSONDecoder().decode(
            [Judgement].self, from: Self.data("math_verify_judgements.json"))
        #expect(judgements.allSatisfy { $0.theirs != $0.ours && $0.reason.count > 20 })
        let disagreements = try Self.pairs().filter { Self.areEqual($0) != $0.equal }
        let found = Set(disagreements.map { [$0.gold, $0.prediction, "\($0.equal)"] })
        let listed = Set(judgements.map { [$0.gold, $0.prediction, "\($0.theirs)"] })
        for pair in found.subtracting(listed) { Issue.record("not judged: \(pair)") }
        for pair in listed.subtracting(found) { Issue.record("agreed upon: \(pair)") }
    }
}

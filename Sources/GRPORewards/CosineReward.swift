import Foundation
package import GRPOTasks

/// Right and wrong scaled by length along half a cosine: Yeo et al. 2025, "Demystifying Long
/// Chain-of-Thought Reasoning" (arXiv 2502.03373, section 4.2), with the names and defaults of TRL and
/// open-r1.
///
///     r(len) = end + (begin - end) / 2 · (1 + cos(π · min(len, max_len) / max_len))
///     right: begin = max_value_correct, end = min_value_correct: shorter is better
///     wrong: begin = min_value_wrong,   end = max_value_wrong:   longer is better
///
/// Lengths are in tokens, the ending included, and beyond `max_len` the value stays at its end, as in
/// TRL. It tells right from wrong itself, so it stands in the place of `accuracy`, not beside it.
package struct CosineReward: RewardFunction, Hashable {
    package static let name = "cosine"
    package static let summary =
        "Right answers the better the shorter, wrong ones the better the longer, along a cosine."

    /// Of a wrong answer of length 0.
    package var minValueWrong = -1.0
    /// Of a wrong answer of `maxLen` tokens.
    package var maxValueWrong = -0.5
    /// Of a right answer of `maxLen` tokens.
    package var minValueCorrect = 0.5
    /// Of a right answer of length 0.
    package var maxValueCorrect = 1.0
    /// Tokens; nil: the limit of the completions.
    package var maxLen: Int?

    private enum CodingKeys: String, CodingKey {
        case minValueWrong = "min_value_wrong"
        case maxValueWrong = "max_value_wrong"
        case minValueCorrect = "min_value_correct"
        case maxValueCorrect = "max_value_correct"
        case maxLen = "max_len"
    }

    package init() {}

    package init(maxLen: Int?) {
        self.maxLen = maxLen
    }

    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        for (low, high, lowKey, highKey) in [
            (minValueWrong, maxValueWrong, CodingKeys.minValueWrong, CodingKeys.maxValueWrong),
            (minValueCorrect, maxValueCorrect, .minValueCorrect, .maxValueCorrect),
        ] {
            if !low.isFinite { found.append((lowKey.rawValue, "must be finite, found \(low)")) }
            if !(high.isFinite && high >= low) {
                found.append(
                    (
                        highKey.rawValue,
                        "must be finite and at least \(lowKey.rawValue), \(low), found \(high)"
                    ))
            }
        }
        if let maxLen, maxLen < 1 {
            found.append(("max_len", "must be at least 1 or null, found \(maxLen)"))
        }
        return found
    }

    /// Right from wrong, so problems that a verifier judges.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        guard let maxLen = maxLen ?? group.maxCompletionLength else {
            return group.completions.map { _ in
                .ungradable(reason: "max_len is null and no limit is known")
            }
        }
        return group.verified { completion, isRight in
            value(ofLength: completion.tokenCount, maxLen: maxLen, isRight: isRight)
        }
    }

    /// The reward of one completion.
    package func value(ofLength length: Int, maxLen: Int, isRight: Bool) -> Double {
        let (begin, end) =
            isRight ? (maxValueCorrect, minValueCorrect) : (minValueWrong, maxValueWrong)
        let progress = Double(min(length, maxLen)) / Double(maxLen)
        return end + 0.5 * (begin - end) * (1 + cos(.pi * progress))
    }
}

extension CosineReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        minValueWrong = try values.decodeIfPresent(Double.self, forKey: .minValueWrong) ?? -1
        maxValueWrong = try values.decodeIfPresent(Double.self, forKey: .maxValueWrong) ?? -0.5
        minValueCorrect = try values.decodeIfPresent(Double.self, forKey: .minValueCorrect) ?? 0.5
        maxValueCorrect = try values.decodeIfPresent(Double.self, forKey: .maxValueCorrect) ?? 1
        maxLen = try values.decodeIfPresent(Int.self, forKey: .maxLen)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(minValueWrong, forKey: .minValueWrong)
        try values.encode(maxValueWrong, forKey: .maxValueWrong)
        try values.encode(minValueCorrect, forKey: .minValueCorrect)
        try values.encode(maxValueCorrect, forKey: .maxValueCorrect)
        try values.encode(maxLen, forKey: .maxLen)
    }
}

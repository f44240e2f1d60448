package import GRPOTasks

/// `max_penalty` times the share of repeated n-grams of words: 0 where nothing is said twice.
///
/// Name, formula and defaults of TRL and open-r1; words as open-r1 takes them, because a reward sees
/// the text (TRL counts token ids).
package struct RepetitionPenaltyReward: RewardFunction, Hashable {
    package static let name = "repetition_penalty"
    package static let summary = "max_penalty times the share of n-grams that are repetitions."

    /// Words of an n-gram.
    package var ngramSize = 3
    /// What a completion that only repeats comes close to; not positive.
    package var maxPenalty = -1.0

    private enum CodingKeys: String, CodingKey {
        case ngramSize = "ngram_size"
        case maxPenalty = "max_penalty"
    }

    package init() {}

    package init(ngramSize: Int = 3, maxPenalty: Double = -1) {
        self.ngramSize = ngramSize
        self.maxPenalty = maxPenalty
    }

    package func problems() -> [(key: String, message: String)] {
        var found: [(key: String, message: String)] = []
        if ngramSize < 1 { found.append(("ngram_size", "must be at least 1, found \(ngramSize)")) }
        if !(maxPenalty <= 0 && maxPenalty.isFinite) {
            found.append(("max_penalty", "must not be above 0, found \(maxPenalty)"))
        }
        return found
    }

    /// Form alone is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        group.completions.map { .value(penalty(of: $0.text)) }
    }

    /// The reward of one text, from `maxPenalty` to 0.
    package func penalty(of text: String) -> Double {
        let share = Repetition.share(of: Repetition.words(of: text), size: ngramSize)
        return share == 0 ? 0 : share * maxPenalty
    }
}

extension RepetitionPenaltyReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        ngramSize = try values.decodeIfPresent(Int.self, forKey: .ngramSize) ?? 3
        maxPenalty = try values.decodeIfPresent(Double.self, forKey: .maxPenalty) ?? -1
    }
}

package import GRPOTasks

/// The preference of the little world as a number: 0, 0.5 or 1 for the reply to an everyday request,
/// as `BriefAndPolite` judges it. It says nothing of other problems.
///
/// Meant as a measure, of which a policy sees nothing: that pairs alone can teach a preference is
/// shown by not training on its rule.
package struct BriefAndPoliteReward: RewardFunction, Hashable {
    package static let name = "brief_and_polite"
    package static let summary =
        "Half a point each for a brief and for a polite reply to the little world's requests."

    /// The most characters of a brief reply.
    package var characters = BriefAndPolite().characters

    private enum CodingKeys: String, CodingKey {
        case characters
    }

    package init() {}

    package init(characters: Int) {
        self.characters = characters
    }

    package func problems() -> [(key: String, message: String)] {
        characters >= 1 ? [] : [("characters", "must be 1 or more, found \(characters)")]
    }

    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .general
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        let rule = BriefAndPolite(characters: characters)
        return group.completions.map { completion in
            rule.score(of: completion.text, to: group.problem).map(Score.value) ?? .notApplicable
        }
    }
}

extension BriefAndPoliteReward {
    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        characters =
            try values.decodeIfPresent(Int.self, forKey: .characters) ?? BriefAndPolite().characters
    }
}

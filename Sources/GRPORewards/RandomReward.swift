package import GRPOTasks

/// 1 or 0 by the toss of a coin, whatever the completion says: the control that shows how much of
/// a gain is not due to the reward.
///
/// The coin belongs to the group's seed and the completion's place, so a run can be repeated.
package struct RandomReward: RewardFunction, Hashable {
    package static let name = "random"
    package static let summary = "1 or 0 by chance: the control for every reward."

    /// Probability of a 1.
    package var probability = 0.5

    package init() {}

    package init(probability: Double) {
        self.probability = probability
    }

    package func problems() -> [(key: String, message: String)] {
        (0...1).contains(probability)
            ? [] : [("probability", "must be 0 to 1, found \(probability)")]
    }

    /// A coin is no reason to draw general problems.
    package func judges(_ scenario: Scenario, step: Int, maxSteps: Int) -> Bool {
        scenario == .reasoning
    }

    package func scores(for group: RewardGroup) async throws -> [Score] {
        var random = SplitMix64(seed: group.seed)
        return group.completions.map { _ in
            .value(random.drawFraction() < probability ? 1 : 0)
        }
    }
}

extension RandomReward {
    private enum CodingKeys: String, CodingKey {
        case probability
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        probability = try values.decodeIfPresent(Double.self, forKey: .probability) ?? 0.5
    }
}

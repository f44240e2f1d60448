/// One reward function of a set, with its weight and its gate.
///
/// In a recipe a term is `accuracy`, `format: 0.2` or `format: {weight: 0.2, when: accuracy}`;
/// in the last form the function's own options stand beside `weight` and `when`. For a weight that
/// changes with the steps see `RewardWeight`, for a gate with a threshold `RewardGate`.
package struct RewardTerm: Sendable {
    /// What a term adds to its function's options.
    package struct Settings: Codable, Sendable, Hashable {
        /// Factor of the component in the total reward. With 0 it is only logged.
        package var weight: RewardWeight = 1
        /// The component that must be above 0, or above a threshold, for this one to count; nil:
        /// always counts.
        package var when: RewardGate?

        package init(weight: RewardWeight = 1, when: RewardGate? = nil) {
            self.weight = weight
            self.when = when
        }
    }

    /// Weight and gate.
    package var settings: Settings
    /// The function with its options.
    package var function: any RewardFunction

    package init(
        _ function: any RewardFunction, weight: RewardWeight = 1, when: RewardGate? = nil
    ) {
        settings = Settings(weight: weight, when: when)
        self.function = function
    }

    /// The function's name, under which the component is logged.
    package var name: String { type(of: function).name }

    /// Reads a term of a known function from one mapping that holds `weight`, `when` and the
    /// function's options; absent keys take their defaults.
    package init(_ type: any RewardFunction.Type, from decoder: any Decoder) throws {
        settings = try Settings(from: decoder)
        function = try type.init(from: decoder)
    }
}

extension RewardTerm: Encodable {
    /// One mapping with `weight`, `when` (null without a gate) and the function's options.
    package func encode(to encoder: any Encoder) throws {
        try settings.encode(to: encoder)
        try function.encode(to: encoder)
    }
}

extension RewardTerm.Settings {
    private enum CodingKeys: String, CodingKey {
        case weight, when
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        weight = try values.decodeIfPresent(RewardWeight.self, forKey: .weight) ?? 1
        when = try values.decodeIfPresent(RewardGate.self, forKey: .when)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(weight, forKey: .weight)
        try values.encode(when, forKey: .when)
    }
}

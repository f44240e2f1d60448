/// One reward function of a set, with its weight and its gate.
///
/// In a recipe a term is `accuracy`, `format: 0.2` or `format: {weight: 0.2, when: accuracy}`;
/// in the last form the function's own options stand beside `weight` and `when`. For a weight that
/// changes with the steps see `RewardWeight`, for a gate with a threshold `RewardGate`. With `name`
/// one function can stand in a set more than once: `command: {name: style, run: [./style]}`.
package struct RewardTerm: Sendable {
    /// What a term adds to its function's options.
    package struct Settings: Codable, Sendable, Hashable {
        /// Factor of the component in the total reward. With 0 it is only logged.
        package var weight: RewardWeight = 1
        /// The component that must be above 0, or above a threshold, for this one to count; nil:
        /// always counts.
        package var when: RewardGate?
        /// What the component is called in metrics and gates; nil: as its function is.
        package var name: String?

        package init(weight: RewardWeight = 1, when: RewardGate? = nil, name: String? = nil) {
            self.weight = weight
            self.when = when
            self.name = name
        }
    }

    /// Weight and gate.
    package var settings: Settings
    /// The function with its options.
    package var function: any RewardFunction

    package init(
        _ function: any RewardFunction, weight: RewardWeight = 1, when: RewardGate? = nil,
        name: String? = nil
    ) {
        self.init(function, Settings(weight: weight, when: when, name: name))
    }

    package init(_ function: any RewardFunction, _ settings: Settings) {
        self.settings = settings
        self.function = function
    }

    /// The function's name, by which a recipe asks for it.
    package var kind: String { type(of: function).name }

    /// The name under which the component is logged, and which gates name.
    package var name: String { settings.name ?? kind }

    /// Reads a term of a known function from one mapping that holds `weight`, `when` and the
    /// function's options; absent keys take their defaults.
    package init(_ type: any RewardFunction.Type, from decoder: any Decoder) throws {
        settings = try Settings(from: decoder)
        function = try type.init(from: decoder)
    }
}

extension RewardTerm: Encodable {
    /// One mapping with `weight`, `when` (null without a gate), `name` (null: the function's) and
    /// the function's options.
    package func encode(to encoder: any Encoder) throws {
        try settings.encode(to: encoder)
        try function.encode(to: encoder)
    }
}

extension RewardTerm.Settings {
    private enum CodingKeys: String, CodingKey {
        case weight, when, name
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        weight = try values.decodeIfPresent(RewardWeight.self, forKey: .weight) ?? 1
        when = try values.decodeIfPresent(RewardGate.self, forKey: .when)
        name = try values.decodeIfPresent(String.self, forKey: .name)
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(weight, forKey: .weight)
        try values.encode(when, forKey: .when)
        try values.encode(name, forKey: .name)
    }
}

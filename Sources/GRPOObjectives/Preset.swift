/// A value of a preset's field, as a recipe would write it.
public enum PresetValue: Sendable, Equatable, CustomStringConvertible {
    /// A whole number.
    case int(Int)
    /// A number.
    case double(Double)
    /// A word.
    case string(String)
    /// True or false.
    case bool(Bool)
    /// A list or a mapping, in YAML's inline form.
    case yaml(String)

    /// As YAML.
    public var description: String {
        switch self {
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): value
        case .bool(let value): "\(value)"
        case .yaml(let text): text
        }
    }
}

/// One setting that a paper states.
public struct PresetField: Sendable, Equatable {
    /// The recipe's key, an objective's or a stage's.
    public var key: String
    /// Its value.
    public var value: PresetValue
    /// Where the paper says so; where the reading is ours, that it is.
    public var citation: String
}

/// The settings of one paper: a fragment of a recipe's stage, each field with its citation.
///
/// A preset holds what its paper states and nothing else; everything it leaves open keeps its
/// default. Sizes and learning rates are those of the paper's scale: a recipe that trains a small
/// model overrides them, and the departure is printed.
public struct Preset: Sendable, Equatable {
    /// The name in a recipe.
    public var name: String
    /// Title and number of the paper.
    public var paper: String
    /// What the table cannot say.
    public var note: String
    /// The settings.
    public var fields: [PresetField]

    /// All presets, in the order of their papers' importance here.
    public static let all: [Preset] = [
        .deepseekMath, .r1Zero, .r1, .grpo, .bnpo, .drGRPO, .dapo, .gspo, .cispo, .rloo,
    ]

    /// The preset of that name.
    public static func named(_ name: String) -> Preset? {
        all.first { $0.name == name }
    }

    /// The value of one field.
    public subscript(key: String) -> PresetValue? {
        fields.first { $0.key == key }?.value
    }
}

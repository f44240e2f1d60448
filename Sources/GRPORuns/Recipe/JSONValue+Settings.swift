package import GRPOJSON

// Settings as JSON, and as the YAML of a resolved recipe.
extension JSONValue {
    /// The encoded value, keys in the order of declaration and in snake_case.
    package init(encoding value: some Encodable) {
        self = SettingsEncoder.tree(of: value)
    }

    /// Scalars and flat lists of numbers, which need no encoder.
    init?(direct value: some Encodable) {
        switch value {
        case let value as JSONValue: self = value
        case let value as Bool: self = .bool(value)
        case let value as String: self = .string(value)
        case let value as Double: self = .double(value)
        case let value as Float: self = .float(value)
        case let value as any FixedWidthInteger:
            if let int = Int(exactly: value) {
                self = .int(int)
            } else if let large = UInt64(exactly: value) {
                self = .unsigned(large)
            } else {
                self = .string("\(value)")
            }
        case let value as [Float]: self = .array(value.map(JSONValue.float))
        case let value as [Double]: self = .array(value.map(JSONValue.double))
        case let value as [Int]: self = .array(value.map(JSONValue.int))
        case let value as [Int32]: self = .array(value.map { .int(Int($0)) })
        default: return nil
        }
    }

    /// A short form for messages.
    package var inlineText: String {
        switch self {
        case .string(let text): text
        case .double(let value) where value == value.rounded() && value.magnitude < 1e15:
            "\(Int(value))"
        case .double, .float: yamlScalar
        default: text
        }
    }

    /// A scalar as YAML writes it plain.
    var yamlScalar: String {
        switch self {
        case .double(let value) where !value.isFinite:
            value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf"
        case .float(let value) where !value.isFinite:
            value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf"
        default: text
        }
    }
}

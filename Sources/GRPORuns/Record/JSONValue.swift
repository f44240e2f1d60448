/// A JSON document with its keys in order.
package enum JSONValue: Sendable, Hashable {
    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: JSONValue

        package init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    case null
    case bool(Bool)
    case int(Int)
    case unsigned(UInt64)
    case double(Double)
    case float(Float)
    case string(String)
    case array([JSONValue])
    case object([Member])

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
}

extension JSONValue: Encodable {
    /// Only trees are built from this type, by ``SettingsEncoder``, which takes it as it is.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension JSONValue {
    package subscript(key: String) -> JSONValue? {
        if case .object(let members) = self {
            return members.first { $0.key == key }?.value
        }
        return nil
    }

    package var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .double(let value): value
        case .float(let value): Double(value)
        default: nil
        }
    }

    package var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// On one line. Numbers are the shortest that read back to the same value; what JSON cannot
    /// say (infinity, not a number) is null.
    package var text: String {
        var result = ""
        write(to: &result, indent: nil)
        return result
    }

    /// On several lines, indented by two spaces.
    package var prettyText: String {
        var result = ""
        write(to: &result, indent: 0)
        return result
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

    private func write(to result: inout String, indent: Int?) {
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .int(let value): result += "\(value)"
        case .unsigned(let value): result += "\(value)"
        case .double(let value): result += value.isFinite ? "\(value)" : "null"
        case .float(let value): result += value.isFinite ? "\(value)" : "null"
        case .string(let text): Self.write(text, to: &result)
        case .array(let elements):
            // Lists of scalars stay on one line.
            let nested = elements.contains { $0.members != nil || $0.elements != nil }
            let inner = nested ? indent.map { $0 + 1 } : nil
            Self.write(elements, "[", "]", to: &result, outer: indent, inner: inner) {
                $0.write(to: &$1, indent: inner)
            }
        case .object(let members):
            let inner = indent.map { $0 + 1 }
            Self.write(members, "{", "}", to: &result, outer: indent, inner: inner) {
                Self.write($0.key, to: &$1)
                $1 += indent == nil ? ":" : ": "
                $0.value.write(to: &$1, indent: inner)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], _ open: String, _ close: String, to result: inout String,
        outer: Int?, inner: Int?, _ body: (Element, inout String) -> Void
    ) {
        result += open
        for (index, element) in elements.enumerated() {
            if index > 0 { result += inner == nil && outer != nil ? ", " : "," }
            if let inner { result += "\n" + String(repeating: "  ", count: inner) }
            body(element, &result)
        }
        if let outer, inner != nil, !elements.isEmpty {
            result += "\n" + String(repeating: "  ", count: outer)
        }
        result += close
    }

    /// A quoted string; control characters and the two separators that JavaScript takes for line
    /// ends are escaped.
    static func write(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _
            where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x2028...0x2029).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
    }
}
